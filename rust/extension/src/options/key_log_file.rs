//! The file that connection secrets are logged to, for debugging.

use std::fs::{File, OpenOptions};
use std::sync::Arc;

use godot::classes::{Os, ProjectSettings};
use godot::prelude::*;
use godot_rustls_tls::key_log::KeyLog;

/// Checks that options may ask for a log. A released game has none: the secrets of players must not
/// be written.
pub(crate) fn check_allowed(path: &str) -> Result<(), String> {
    if path.is_empty() || Os::singleton().is_debug_build() {
        return Ok(());
    }
    Err(
        "key_log_path is set in a release build: secrets are logged in debug builds only, so leave it empty"
            .to_owned(),
    )
}

/// Opens the log for appending. On Unix no other user may read it.
pub(crate) fn open(path: &str) -> Result<Option<Arc<KeyLog>>, String> {
    if path.is_empty() {
        return Ok(None);
    }
    let file = open_file(path).map_err(|why| {
        format!(
            "key_log_path \"{path}\" cannot be written ({why}): use a path under user:// or an absolute one in a folder that exists"
        )
    })?;
    Ok(Some(Arc::new(KeyLog::new(file))))
}

fn open_file(path: &str) -> std::io::Result<File> {
    let global = ProjectSettings::singleton().globalize_path(path);
    let mut how = OpenOptions::new();
    how.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        how.mode(0o600);
    }
    let file = how.open(global.to_string())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // An existing file may be readable for others.
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}
