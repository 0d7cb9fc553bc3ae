//! The addon's own library in the process.

/// Keeps the library's code in memory until the process ends, though the engine unloads it: a thread of ours is still
/// in it, and can neither be stopped nor waited for without holding up whoever quits the game.
#[cfg(unix)]
pub(crate) fn keep_loaded() {
    use std::mem::MaybeUninit;

    let here: fn() = keep_loaded;
    let mut found = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the address is one of our own functions, and the struct is ours to be filled.
    let is_found = unsafe { libc::dladdr(here as *const libc::c_void, found.as_mut_ptr()) } != 0;
    // SAFETY: all zeros is a value of this struct of pointers.
    let path = unsafe { found.assume_init() }.dli_fname;
    if !is_found || path.is_null() {
        return;
    }
    // SAFETY: the path is a C string of the loader's. Nothing is loaded: what is there is marked to stay.
    unsafe {
        libc::dlopen(
            path,
            libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE,
        )
    };
}

/// Keeps the library's code in memory until the process ends, though the engine unloads it: a thread of ours is still
/// in it, and can neither be stopped nor waited for without holding up whoever quits the game.
#[cfg(windows)]
pub(crate) fn keep_loaded() {
    use std::ffi::c_void;

    const PIN: u32 = 1;
    const FROM_ADDRESS: u32 = 4;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, name: *const u16, module: *mut *mut c_void) -> i32;
    }

    let here: fn() = keep_loaded;
    let mut module = std::ptr::null_mut();
    // SAFETY: with FROM_ADDRESS the name is an address in the library, here of this function; the handle is ours to be
    // filled and needs no closing.
    unsafe { GetModuleHandleExW(PIN | FROM_ADDRESS, here as *const u16, &raw mut module) };
}
