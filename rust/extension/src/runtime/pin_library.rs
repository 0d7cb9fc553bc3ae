//! Keeping the addon's library in memory.

/// Keeps the library's code in memory until the process ends, although the engine unloads it: a
/// thread of the addon still runs it, and can neither be stopped nor waited for without delaying
/// the end of the game.
#[cfg(unix)]
pub(crate) fn keep_loaded() {
    use std::mem::MaybeUninit;

    let here: fn() = keep_loaded;
    let mut found = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the address is that of a function of this library, and the struct may be written.
    let is_found = unsafe { libc::dladdr(here as *const libc::c_void, found.as_mut_ptr()) } != 0;
    // SAFETY: all zeros is a value of this struct of pointers.
    let path = unsafe { found.assume_init() }.dli_fname;
    if !is_found || path.is_null() {
        return;
    }
    // SAFETY: the path is a C string of the loader. Nothing is loaded: the loaded library is marked
    // to stay.
    unsafe {
        libc::dlopen(
            path,
            libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE,
        )
    };
}

/// Keeps the library's code in memory until the process ends, although the engine unloads it: a
/// thread of the addon still runs it, and can neither be stopped nor waited for without delaying
/// the end of the game.
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
    // SAFETY: with FROM_ADDRESS the name is an address in the library, here that of this function.
    // The handle may be written and needs no closing.
    unsafe { GetModuleHandleExW(PIN | FROM_ADDRESS, here as *const u16, &raw mut module) };
}
