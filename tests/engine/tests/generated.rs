//! The files that are written from the class reference, pages and wrappers, match the classes.

use godot_rustls_engine_tests::{Project, godot, suites_addon};

#[test]
fn pages_of_the_reference_and_wrappers_for_csharp_are_current() {
    // The addon of the suites: only it gives its texts back.
    let (Some(godot), Some(addon)) = (godot(), suites_addon()) else {
        return;
    };
    let project = Project::new("generated", "[application]\n\nconfig/name=\"generated\"\n");
    project.install(&addon);
    let outdated = xtask::generated::outdated(&godot, project.dir());
    let outdated = outdated.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(outdated, Vec::<String>::new());
}
