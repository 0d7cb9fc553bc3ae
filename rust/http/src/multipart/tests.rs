use std::fs;
use std::io::Read as _;

use godot_rustls_testkit::Generator;

use super::*;

fn body(form: &Form) -> Vec<u8> {
    let mut bytes = Vec::new();
    form.reader().read_to_end(&mut bytes).unwrap();
    assert_eq!(form.length(), bytes.len() as u64);
    bytes
}

fn text(form: &Form) -> String {
    String::from_utf8(body(form)).unwrap()
}

/// Splits a body at its boundary as a server does. Returns the head and the content of each part.
fn parts(form: &Form) -> Vec<(String, Vec<u8>)> {
    let header = form.content_type();
    let boundary = header
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let bytes = [b"\r\n".to_vec(), body(form)].concat();
    let line = format!("\r\n--{boundary}").into_bytes();
    let mut places: Vec<usize> = bytes
        .windows(line.len())
        .enumerate()
        .filter(|(_, window)| *window == line)
        .map(|(place, _)| place)
        .collect();
    let end = places.pop().unwrap();
    assert_eq!(&bytes[end + line.len()..], b"--\r\n");
    let ends = places.iter().skip(1).copied().chain([end]);
    places
        .iter()
        .zip(ends)
        .map(|(start, end)| {
            let part = &bytes[start + line.len()..end];
            let blank = part
                .windows(4)
                .position(|four| four == b"\r\n\r\n")
                .unwrap();
            let head = String::from_utf8(part[2..blank].to_vec()).unwrap();
            (head, part[blank + 4..].to_vec())
        })
        .collect()
}

#[test]
fn a_form_is_written_as_the_rfc_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shot.PNG");
    fs::write(&path, "pixels").unwrap();
    let mut form = Form::new().unwrap();
    form.add_field("player", "Zoë");
    form.add_bytes("data", b"\0\r\n--", "a.json", "").unwrap();
    form.add_bytes("bare", b"1", "", "text/plain").unwrap();
    form.add_file("shot", path.clone(), "", "").unwrap();
    form.add_file("shot", path, "other.txt", "image/x-own; q=1")
        .unwrap();
    let boundary = form.boundary.clone();
    assert_eq!(
        text(&form).replace(&boundary, "B"),
        "--B\r\nContent-Disposition: form-data; name=\"player\"\r\n\r\nZoë\r\n\
         --B\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.json\"\r\n\
         Content-Type: application/json\r\n\r\n\0\r\n--\r\n\
         --B\r\nContent-Disposition: form-data; name=\"bare\"\r\nContent-Type: text/plain\r\n\r\n1\r\n\
         --B\r\nContent-Disposition: form-data; name=\"shot\"; filename=\"shot.PNG\"\r\n\
         Content-Type: image/png\r\n\r\npixels\r\n\
         --B\r\nContent-Disposition: form-data; name=\"shot\"; filename=\"other.txt\"\r\n\
         Content-Type: image/x-own; q=1\r\n\r\npixels\r\n--B--\r\n"
    );
    assert_eq!(
        form.content_type(),
        format!("multipart/form-data; boundary={boundary}")
    );
}

#[test]
fn an_empty_form_is_its_end_alone() {
    let form = Form::new().unwrap();
    assert_eq!(text(&form), format!("--{}--\r\n", form.boundary));
}

#[test]
fn every_form_has_a_boundary_of_its_own_that_needs_no_quotes() {
    let (one, other) = (Form::new().unwrap(), Form::new().unwrap());
    assert_ne!(one.boundary, other.boundary);
    assert!(is_token(&one.boundary));
    assert!(one.boundary.len() <= 70);
}

#[test]
fn names_cannot_break_out_of_their_quotes() {
    let mut form = Form::new().unwrap();
    form.add_field("a\"; x=\"\r\nb", "v");
    form.add_bytes("f", b"", "q\"\r\nX: y", "").unwrap();
    let heads: Vec<String> = parts(&form).into_iter().map(|(head, _)| head).collect();
    assert_eq!(
        heads,
        [
            "Content-Disposition: form-data; name=\"a%22; x=%22%0D%0Ab\"",
            "Content-Disposition: form-data; name=\"f\"; filename=\"q%22%0D%0AX: y\"\r\nContent-Type: application/octet-stream",
        ]
    );
}

#[test]
fn a_content_type_that_is_none_is_refused_and_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "").unwrap();
    let mut form = Form::new().unwrap();
    for nonsense in [
        "a/b\r\nX: y",
        "a/b\r\n",
        "a/b\r\n\r\n;text",
        "a/b; c=\n",
        "a/b; c=ü",
        "png",
        "/png",
        "image/",
        " ",
        "image png/x",
    ] {
        let error = form.add_bytes("a", b"", "", nonsense).unwrap_err();
        assert!(error.to_string().contains("content type"), "{error}");
        form.add_file("a", path.clone(), "", nonsense).unwrap_err();
    }
    assert!(parts(&form).is_empty());
}

#[test]
fn endings_tell_the_content_type() {
    for (file_name, expected) in [
        ("a.png", "image/png"),
        ("a.b.JPEG", "image/jpeg"),
        ("a.ogg", "audio/ogg"),
        ("png", UNKNOWN),
        ("a.", UNKNOWN),
        ("a.exe", UNKNOWN),
        ("", UNKNOWN),
    ] {
        assert_eq!(content_type_of("", file_name).unwrap(), expected);
    }
    assert_eq!(content_type_of("x/y", "a.png").unwrap(), "x/y");
}

#[test]
fn a_file_that_cannot_be_read_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut form = Form::new().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing")] {
        let error = form.add_file("a", path.clone(), "", "").unwrap_err();
        let told = error.to_string();
        assert!(told.contains(&path.display().to_string()), "{told}");
    }
    assert!(parts(&form).is_empty());
}

#[test]
fn a_file_that_changed_its_length_or_went_away_is_told_while_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "12345").unwrap();
    let mut form = Form::new().unwrap();
    form.add_file("a", path.clone(), "", "").unwrap();
    for (content, word) in [
        ("123456", "more than the 5"),
        ("1234", "less than the 5"),
        ("", "less"),
    ] {
        fs::write(&path, content).unwrap();
        let error = form.reader().read_to_end(&mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
        // Also with reads of one byte.
        let (mut reader, mut byte) = (form.reader(), [0]);
        let outcome =
            std::iter::repeat_with(|| reader.read(&mut byte)).find(|read| !matches!(read, Ok(1)));
        assert!(outcome.is_some_and(|outcome| outcome.is_err()));
    }
    fs::write(&path, "abcde").unwrap();
    assert!(text(&form).contains("abcde"));
    fs::remove_file(&path).unwrap();
    let error = form.reader().read_to_end(&mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn readers_of_one_form_do_not_disturb_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, vec![b'x'; 100_000]).unwrap();
    let mut form = Form::new().unwrap();
    form.add_field("a", "b");
    form.add_file("f", path, "", "").unwrap();
    let mut one = form.reader();
    let mut front = vec![0; 50_000];
    one.read_exact(&mut front).unwrap();
    let whole = body(&form);
    one.read_to_end(&mut front).unwrap();
    assert_eq!(front, whole);
    assert_eq!(one.read(&mut [0; 10]).unwrap(), 0);
    fn sent<T: Send>(_: T) {}
    sent(one);
}

#[test]
fn any_form_is_read_back_as_it_was_whatever_the_sizes_of_the_reads() {
    let folder = tempfile::tempdir().unwrap();
    let mut generator = Generator::new(1);
    for round in 0..60 {
        let mut form = Form::new().unwrap();
        let mut expected = Vec::new();
        for number in 0..generator.below(6) {
            let length = generator.below(3000);
            let content = generator.bytes(length);
            if generator.once_in(2) {
                let path = folder.path().join(format!("{round}-{number}"));
                fs::write(&path, &content).unwrap();
                form.add_file("f", path, "", "").unwrap();
            } else {
                form.add_bytes("b", &content, "name", "").unwrap();
            }
            expected.push(content);
        }
        let found: Vec<Vec<u8>> = parts(&form)
            .into_iter()
            .map(|(_, content)| content)
            .collect();
        assert_eq!(found, expected);
        let (mut reader, mut whole) = (form.reader(), Vec::new());
        loop {
            let mut buffer = vec![0; 1 + generator.below(100)];
            let count = reader.read(&mut buffer).unwrap();
            if count == 0 {
                break;
            }
            whole.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(whole, body(&form));
    }
}
