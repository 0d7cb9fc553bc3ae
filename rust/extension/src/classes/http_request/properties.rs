//! Properties that are not changed at any time, or not to any value.

use godot::prelude::*;

use super::RustlsHTTPRequest;

#[godot_api(secondary)]
impl RustlsHTTPRequest {
    /// Returns [member download_file].
    #[func]
    pub(super) fn get_download_file(&self) -> GString {
        self.download_file.clone()
    }

    /// Sets [member download_file]. Refused with an error while a request is running.
    #[func]
    pub(super) fn set_download_file(&mut self, path: GString) {
        if self.may_change("download_file") {
            self.download_file = path;
        }
    }

    /// Returns [member download_chunk_size].
    #[func]
    pub(super) fn get_download_chunk_size(&self) -> i64 {
        self.download_chunk_size
    }

    /// Sets [member download_chunk_size]. Refused with an error while a request is running.
    #[func]
    pub(super) fn set_download_chunk_size(&mut self, chunk_size: i64) {
        if self.may_change("download_chunk_size") {
            self.download_chunk_size = chunk_size;
        }
    }

    /// Returns [member use_threads].
    #[func]
    pub(super) fn is_using_threads(&self) -> bool {
        self.use_threads
    }

    /// Sets [member use_threads]. Refused with an error while a request is running.
    #[func]
    pub(super) fn set_use_threads(&mut self, enable: bool) {
        if self.may_change("use_threads") {
            self.use_threads = enable;
        }
    }

    /// Returns [member retries].
    #[func]
    pub(super) fn get_retries(&self) -> i64 {
        self.retries
    }

    /// Sets [member retries]. A negative number is refused with an error.
    #[func]
    pub(super) fn set_retries(&mut self, amount: i64) {
        if amount < 0 {
            self.print_error(&format!(
                "retries is {amount}: use 0 or more; 0 means that no request is repeated"
            ));
            return;
        }
        self.retries = amount;
    }
}
