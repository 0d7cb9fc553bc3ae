//! DER taken apart and put together (X.690), for certificates that no library makes.

/// One element with its header.
pub fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(contents.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let length = contents.len().to_be_bytes();
            let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | u8::try_from(digits.len()).unwrap());
            out.extend(digits);
        }
    }
    out.extend_from_slice(contents);
    out
}

/// The contents of the first element of `bytes`, and what follows it.
pub(crate) fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (start, length) = match bytes[1] {
        short @ 0..0x80 => (2, usize::from(short)),
        long => {
            let count = usize::from(long & 0x7f);
            let digits = &bytes[2..2 + count];
            let length = digits
                .iter()
                .fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            (2 + count, length)
        }
    };
    (&bytes[start..start + length], &bytes[start + length..])
}

/// The elements inside the first element of `bytes`, headers included.
pub(crate) fn children(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut rest, _) = split(bytes);
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (_, after) = split(rest);
        found.push(rest[..rest.len() - after.len()].to_vec());
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_together_comes_apart_again() {
        for size in [0, 1, 0x7f, 0x80, 0xff, 0x100, 70_000] {
            let inner = element(0x04, &vec![7; size]);
            let outer = element(0x30, &[inner.clone(), inner.clone()].concat());
            assert_eq!(children(&outer), [inner.clone(), inner], "{size}");
        }
    }
}
