//! The node in the scene tree and in the editor.

use godot::classes::INode;
use godot::classes::notify::NodeNotification;
use godot::prelude::*;
use godot_rustls_http::headers::Fields;

use super::RustlsHTTPRequest;
use crate::engine::convert::godot_text;

#[godot_api]
impl INode for RustlsHTTPRequest {
    fn get_configuration_warnings(&self) -> PackedStringArray {
        self.configuration_warnings()
    }

    fn on_notification(&mut self, what: NodeNotification) {
        if what == NodeNotification::EXIT_TREE {
            self.cancel_all();
        }
    }
}

impl RustlsHTTPRequest {
    /// Returns what the editor shows beside the node.
    pub(super) fn configuration_warnings(&self) -> PackedStringArray {
        let mut warnings = Vec::new();
        if let Some(Err(error)) = &self.origin.base_url {
            warnings.push(format!("base_url: {error}"));
        }
        if let Err(error) = Fields::parse(&self.origin.default_headers) {
            warnings.push(format!("default_headers: {error}"));
        }
        let file = self.download_file.to_string();
        if file.starts_with("res://") {
            warnings.push(format!(
                "download_file is {file}: an exported game cannot write there. Use a path that begins with user://"
            ));
        }
        if self.stream_body && !self.download_file.is_empty() {
            let warning = "stream_body and download_file: requests are refused. Set one of them";
            warnings.push(warning.to_owned());
        }
        if self.stream_body && self.server_sent_events {
            let warning =
                "stream_body and server_sent_events: requests are refused. Set one of them";
            warnings.push(warning.to_owned());
        }
        if self.reconnect_events && !self.server_sent_events {
            let warning = "reconnect_events has no effect without server_sent_events";
            warnings.push(warning.to_owned());
        }
        if self.allow_https_downgrade {
            let warning = "allow_https_downgrade: a redirect can lead from https to http, where anyone on the network path can read and change everything";
            warnings.push(warning.to_owned());
        }
        warnings.iter().map(|warning| godot_text(warning)).collect()
    }

    /// Prints an error, if there is one, and lets the editor ask for the warnings again.
    pub(super) fn settings_changed(&mut self, problem: Option<String>) {
        if let Some(problem) = problem {
            self.print_error(&problem);
        }
        self.base_mut().update_configuration_warnings();
    }
}
