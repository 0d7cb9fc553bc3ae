extends Resource
## Starts to generate a key when it is loaded, on the loading thread.

var job: RefCounted = ClassDB.instantiate(&"RustlsCrypto").call(&"generate_rsa_async", 2048)
var was_on_main_thread: bool = OS.get_thread_caller_id() == OS.get_main_thread_id()
