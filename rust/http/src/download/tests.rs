use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use godot_rustls_testkit::Generator;
use tempfile::TempDir;

use super::*;
use crate::error::{FetchError, FetchErrorKind};
use crate::range::ContentRange;
use crate::range::validator::validator_of;

const URL: &str = "https://example.com/a?b=secret";
const ETAG: &str = "\"abc\"";
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const LATER: &str = "Mon, 07 Nov 1994 08:49:37 GMT";

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Returns the names of the files in a folder.
fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Asserts that the file cannot be opened, with a message that contains the path and `word`.
#[track_caller]
fn refuses(target: &Path, word: &str) {
    for result in [
        Download::open(target),
        Download::resumable(target, URL, Some(ETAG), None),
    ] {
        let failure = result.map(drop).unwrap_err();
        assert_eq!(
            FetchError::from(failure.clone()).kind(),
            FetchErrorKind::FileCantOpen
        );
        assert!(failure.to_string().contains(word), "{failure}");
        assert!(
            failure.to_string().contains(&target.display().to_string()),
            "{failure}"
        );
    }
}

/// Leaves an interrupted download with these bytes.
fn interrupt(target: &Path, bytes: &[u8], validator: Option<&str>) {
    let mut download = Download::resumable(target, URL, validator, None).unwrap();
    download.write(bytes).unwrap();
}

#[test]
fn a_whole_file_replaces_the_older_one_and_nothing_else_is_left() {
    let folder = folder();
    let target = folder.path().join("file.bin");
    fs::write(&target, "old").unwrap();
    let bytes = Generator::new(1).bytes(200_000);
    let mut download = Download::open(&target).unwrap();
    for part in bytes.chunks(7777) {
        download.write(part).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"old");
    }
    let hidden = &names(&folder)[0];
    assert!(hidden.starts_with(".file.bin."), "{hidden}");
    download.finish().unwrap();
    assert_eq!(fs::read(&target).unwrap(), bytes);
    assert_eq!(names(&folder), ["file.bin"]);
}

#[test]
fn a_download_given_up_leaves_the_older_file_and_nothing_else() {
    let folder = folder();
    let target = folder.path().join("file.bin");
    for with_older in [false, true] {
        if with_older {
            fs::write(&target, "old").unwrap();
        }
        let mut download = Download::open(&target).unwrap();
        download.write(b"new").unwrap();
        drop(download);
        assert_eq!(names(&folder).len(), usize::from(with_older));
    }
    assert_eq!(fs::read(&target).unwrap(), b"old");
}

#[test]
fn a_body_of_no_bytes_makes_an_empty_file() {
    let folder = folder();
    let target = folder.path().join("empty");
    Download::open(&target).unwrap().finish().unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"");
}

#[test]
fn names_that_are_long_or_not_latin_are_no_trouble() {
    let folder = folder();
    for name in ["x".repeat(250), "ü".repeat(120), "日本語 .txt".to_owned()] {
        let target = folder.path().join(&name);
        let mut download = Download::open(&target).unwrap();
        download.write(b"1").unwrap();
        download.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"1");
    }
}

#[cfg(unix)]
#[test]
fn the_mode_is_that_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let mode = |name: &str| {
        let path = folder.path().join(name);
        fs::metadata(path).unwrap().permissions().mode()
    };
    fs::write(folder.path().join("plain"), "").unwrap();
    Download::open(&folder.path().join("whole"))
        .unwrap()
        .finish()
        .unwrap();
    Download::resumable(&folder.path().join("resumed"), URL, None, None)
        .unwrap()
        .finish()
        .unwrap();
    assert_eq!(mode("whole"), mode("plain"));
    assert_eq!(mode("resumed"), mode("plain"));
}

#[test]
fn a_target_that_cannot_be_a_file_is_refused_in_words() {
    let folder = folder();
    refuses(folder.path(), "there is a folder of that name");
    refuses(&folder.path().join("missing/file"), "make it first");
    refuses(&folder.path().join("file/"), "append a file name");
    refuses(Path::new(""), "names no file");
    refuses(&folder.path().join(".."), "names no file");
    let file = folder.path().join("file");
    fs::write(&file, "old").unwrap();
    refuses(&file.join("below"), "make it first");
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    refuses(&file, "read-only");
    assert_eq!(names(&folder), ["file"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_never_replaced() {
    refuses(Path::new("/dev/null"), "no regular file");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let folder = folder();
    let target = folder.path().join("file");
    let mut download = Download::open(&target).unwrap();
    download.file = File::options().write(true).open("/dev/full").unwrap();
    let failure = download.write(b"bytes").unwrap_err();
    assert_eq!(
        FetchError::from(failure.clone()).kind(),
        FetchErrorKind::FileWrite
    );
    assert!(failure.to_string().contains("make room"), "{failure}");
    assert!(failure.to_string().contains(&target.display().to_string()));
    drop(download);
    assert_eq!(names(&folder), [] as [&str; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_that_cannot_flush_is_no_failure() {
    let folder = folder();
    let target = folder.path().join("file");
    let mut download = Download::open(&target).unwrap();
    let null = File::options().write(true).open("/dev/null").unwrap();
    assert!(null.sync_all().is_err());
    download.file = null;
    download.finish().unwrap();
    assert_eq!(names(&folder), ["file"]);
}

#[test]
fn a_target_that_became_a_folder_meanwhile_is_told_and_leaves_nothing() {
    let folder = folder();
    let target = folder.path().join("file");
    let downloads = [
        Download::open(&target).unwrap(),
        Download::resumable(&target, URL, None, None).unwrap(),
    ];
    fs::create_dir(&target).unwrap();
    for download in downloads {
        let failure = download.finish().unwrap_err();
        assert_eq!(
            FetchError::from(failure.clone()).kind(),
            FetchErrorKind::FileWrite
        );
    }
    assert_eq!(names(&folder), ["file"]);
}

#[test]
fn an_interrupted_download_is_found_and_gone_on_with() {
    let folder = folder();
    let target = folder.path().join("file");
    fs::write(&target, "old").unwrap();
    for validator in [ETAG, DATE] {
        interrupt(&target, b"hello ", Some(validator));
        assert_eq!(names(&folder), ["file", "file.part", "file.part.info"]);
        let partial = Partial::find(&target, URL).unwrap();
        assert_eq!(partial.length, 6);
        assert_eq!(
            partial.range_headers(),
            [
                ("Range", "bytes=6-".to_owned()),
                ("If-Range", validator.to_owned())
            ]
        );
        let mut download = Download::resumable(&target, URL, Some(validator), Some(6)).unwrap();
        download.write(b"world").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"old");
        download.finish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"hello world");
        assert_eq!(names(&folder), ["file"]);
        fs::write(&target, "old").unwrap();
    }
}

#[test]
fn an_answer_that_begins_anew_or_earlier_drops_the_later_bytes() {
    let folder = folder();
    let target = folder.path().join("file");
    let other = "\"2\"";
    for (continue_at, validator, expected) in [
        (None, other, "new"),
        (Some(0), ETAG, "new"),
        (Some(2), ETAG, "henew"),
    ] {
        interrupt(&target, b"hello", Some(ETAG));
        let mut download = Download::resumable(&target, URL, Some(validator), continue_at).unwrap();
        assert_eq!(
            Partial::find(&target, URL).is_some(),
            continue_at == Some(2)
        );
        download.write(b"new").unwrap();
        assert_eq!(Partial::find(&target, URL).unwrap().validator, validator);
        download.finish().unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), expected);
    }
}

#[test]
fn bytes_that_another_download_put_there_meanwhile_are_not_gone_on_with() {
    let folder = folder();
    let target = folder.path().join("file");
    for (url, validator) in [(URL, "\"2\""), ("http://other.test/", ETAG)] {
        let mut other = Download::resumable(&target, url, Some(validator), None).unwrap();
        other.write(b"others").unwrap();
        drop(other);
        let failure = Download::resumable(&target, URL, Some(ETAG), Some(5)).map(drop);
        assert!(failure.unwrap_err().to_string().contains("another version"));
        let part = fs::read(folder.path().join("file.part")).unwrap();
        assert_eq!(part, b"others");
    }
}

#[test]
fn going_on_behind_the_end_is_refused() {
    let folder = folder();
    let target = folder.path().join("file");
    interrupt(&target, b"hello", Some(ETAG));
    let failure = Download::resumable(&target, URL, Some(ETAG), Some(6))
        .map(drop)
        .unwrap_err();
    assert!(failure.to_string().contains("byte 6"), "{failure}");
    assert!(Partial::find(&target, URL).is_some());
}

#[test]
fn without_a_validator_or_without_bytes_nothing_is_left() {
    let folder = folder();
    let target = folder.path().join("file");
    interrupt(&target, b"hello", None);
    assert_eq!(names(&folder), [] as [&str; 0]);
    interrupt(&target, b"", Some(ETAG));
    assert_eq!(names(&folder), [] as [&str; 0]);
    // A note of an older version does not outlive its bytes.
    interrupt(&target, b"hello", Some(ETAG));
    let mut download = Download::resumable(&target, URL, None, None).unwrap();
    download.write(b"other").unwrap();
    assert_eq!(Partial::find(&target, URL), None);
    drop(download);
    assert_eq!(names(&folder), [] as [&str; 0]);
}

#[test]
fn what_another_url_or_nobody_left_is_not_gone_on_with() {
    let folder = folder();
    let target = folder.path().join("file");
    let info = folder.path().join("file.part.info");
    assert_eq!(Partial::find(&target, URL), None);
    interrupt(&target, b"hello", Some(ETAG));
    assert_eq!(Partial::find(&target, "https://example.com/a"), None);
    let good = fs::read_to_string(&info).unwrap();
    assert!(!good.contains("secret"));
    let mut generator = Generator::new(7);
    for text in [
        "",
        "\n",
        "\n\n",
        good.trim_end(),
        &good[..20],
        &good.replace(ETAG, "W/\"abc\""),
        &good.replace(ETAG, "\"abc\"\r\nX: y"),
        &good.replace(ETAG, ""),
        &good.repeat(1000),
    ] {
        fs::write(&info, text).unwrap();
        assert_eq!(Partial::find(&target, URL), None, "{text:?}");
    }
    for _ in 0..200 {
        let mut bytes = good.clone().into_bytes();
        generator.damage(&mut bytes);
        fs::write(&info, &bytes).unwrap();
        // Only a valid validator is accepted.
        if let Some(partial) = Partial::find(&target, URL) {
            assert!(validator_of(Some(&partial.validator), None, None).is_some());
        }
    }
    fs::write(&info, &good).unwrap();
    assert!(Partial::find(&target, URL).is_some());
    Partial::forget(&target);
    assert_eq!(names(&folder), [] as [&str; 0]);
    Partial::forget(&target);
}

#[test]
fn two_downloads_never_write_one_part() {
    let folder = folder();
    let target = folder.path().join("file");
    let mut one = Download::resumable(&target, URL, Some(ETAG), None).unwrap();
    one.write(b"hello").unwrap();
    let failure = Download::resumable(&target, URL, Some(ETAG), Some(5))
        .map(drop)
        .unwrap_err();
    assert_eq!(
        FetchError::from(failure.clone()).kind(),
        FetchErrorKind::FileCantOpen
    );
    assert!(
        failure.to_string().contains("another download"),
        "{failure}"
    );
    one.finish().unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"hello");
}

#[test]
fn what_just_became_the_target_is_never_begun_anew() {
    let folder = folder();
    let target = folder.path().join("file");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut begun = 0;
            while !is_over.load(Ordering::Relaxed) {
                // Dropped at once, with nothing that could be continued.
                begun += usize::from(Download::resumable(&target, URL, None, None).is_ok());
            }
            begun
        });
        let mut done = 0;
        while done < 500 {
            let Ok(mut download) = Download::resumable(&target, URL, Some(ETAG), None) else {
                continue;
            };
            download.write(b"hello").unwrap();
            let finished = download.finish();
            let found = fs::read_to_string(&target).unwrap_or_default();
            if finished.is_err() || found != "hello" {
                is_over.store(true, Ordering::Relaxed);
                panic!("{finished:?} after {done}, and the file holds {found:?}");
            }
            done += 1;
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(other.join().unwrap() > 0);
    });
}

#[test]
fn a_part_that_another_download_writes_is_not_forgotten() {
    let folder = folder();
    let target = folder.path().join("file");
    let mut one = Download::resumable(&target, URL, Some(ETAG), None).unwrap();
    one.write(b"hello").unwrap();
    Partial::forget(&target);
    one.finish().unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"hello");
}

#[test]
fn a_part_that_is_no_regular_file_is_refused() {
    let folder = folder();
    let target = folder.path().join("file");
    fs::create_dir(folder.path().join("file.part")).unwrap();
    let failure = Download::resumable(&target, URL, Some(ETAG), None)
        .map(drop)
        .unwrap_err();
    assert!(failure.to_string().contains("in the way"), "{failure}");
    assert_eq!(names(&folder), ["file.part"]);
}

#[test]
fn only_strong_tags_and_dates_name_a_version() {
    let date = Some(DATE.to_owned());
    for (etag, last_modified, expected) in [
        (Some("\"a\""), Some(DATE), Some("\"a\"".to_owned())),
        (Some(" \"\" "), None, Some("\"\"".to_owned())),
        (Some("W/\"a\""), Some(DATE), None),
        (Some("a"), Some(DATE), date.clone()),
        (Some("\""), None, None),
        (Some("\"a\"b\""), None, None),
        (Some("\"a\r\nX: y\""), None, None),
        (None, Some(DATE), date),
        (None, Some("Sunday, 06-Nov-94 08:49:37 GMT"), None),
        (None, Some("Sun, 06 Nov 1994 08:49:37 XYZ"), None),
        (None, Some("Sun, 06 Nov 1994 08:49:37 GMT, or so"), None),
        (None, Some("Sun, 36 Nov 1994 08:49:37 GMT"), None),
        (None, Some("yesterday"), None),
        (None, None, None),
    ] {
        let told = validator_of(etag, last_modified, Some(LATER));
        assert_eq!(told, expected, "{etag:?} {last_modified:?}");
    }
}

#[test]
fn a_date_names_a_version_once_a_minute_has_passed() {
    for (date, is_settled) in [
        (Some(LATER), true),
        (Some(" Sun, 06 Nov 1994 08:50:37 GMT "), true),
        (Some("Sun, 06 Nov 1994 08:50:36 GMT"), false),
        (Some(DATE), false),
        (Some("Sun, 06 Nov 1993 08:50:37 GMT"), false),
        (Some("today"), false),
        (None, false),
    ] {
        let told = validator_of(None, Some(DATE), date);
        assert_eq!(told.is_some(), is_settled, "{date:?}");
        assert!(validator_of(Some(ETAG), Some(DATE), date).is_some());
    }
}

#[test]
fn content_ranges_are_read_and_nonsense_is_not() {
    for (value, expected) in [
        ("bytes 0-18446744073709551615/*", None),
        ("bytes 0-499/1234", Some((0, 499, Some(1234)))),
        (" BYTES  5-5/* ", Some((5, 5, None))),
        ("bytes 0-0/1", Some((0, 0, Some(1)))),
        ("bytes */1234", None),
        ("bytes 5-4/10", None),
        ("bytes 0-10/10", None),
        ("bytes +0-5/10", None),
        ("bytes -5/10", None),
        ("bytes 0-/10", None),
        ("bytes 0-5", None),
        ("bytes 0-5/", None),
        ("bytes 0-99999999999999999999/*", None),
        ("pages 0-5/10", None),
        ("bytes", None),
        ("", None),
    ] {
        let read = ContentRange::parse(value).map(|range| (range.first, range.last, range.total));
        assert_eq!(read, expected, "{value}");
    }
}
