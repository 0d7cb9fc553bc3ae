//! Export presets: the addon has no library for the web.

use super::finding::{Kind, Report};

/// Returns the presets for the web.
pub(super) fn check(text: &str) -> Report {
    let mut report = Report::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "platform=\"Web\"" {
            let message = "the addon has no library for the web: scripts that name its classes fail to load there, so keep the \
                           engine's classes in what is exported for it";
            report.find(at, Kind::Decide, message);
        }
        at += line.len();
    }
    report
}
