use super::*;

use tokio::io::duplex;
use zeroize::Zeroizing;

const GRANTED: [u8; 10] = [5, 0, 0, TYPE_IPV4, 0, 0, 0, 0, 0, 0];

fn credentials() -> Credentials {
    Credentials {
        user: "ada".to_owned(),
        password: Zeroizing::new("secret".to_owned()),
    }
}

/// Runs a handshake for a name with a proxy that answers with `answer`. Returns the outcome and the
/// bytes that were sent.
async fn run(
    answer: &[u8],
    credentials: Option<&Credentials>,
) -> (Result<(), ProxyFault>, Vec<u8>) {
    let (mut ours, mut theirs) = duplex(1024);
    theirs.write_all(answer).await.unwrap();
    theirs.shutdown().await.unwrap();
    let target = Target::Name("a.test".to_owned());
    let outcome = handshake(&mut ours, &target, 443, credentials).await;
    drop(ours);
    let mut sent = Vec::new();
    theirs.read_to_end(&mut sent).await.unwrap();
    (outcome, sent)
}

#[tokio::test]
async fn each_answer_of_a_proxy_has_its_own_fault() {
    let credentials = credentials();
    let with = Some(&credentials);
    for (answer, credentials, fault) in [
        (&[5, 0xFF][..], None, ProxyFault::SocksMethodMissing),
        (&[5, 0xFF], with, ProxyFault::SocksMethodsRefused),
        (&[5, 2], None, ProxyFault::SocksMethodUnknown(2)),
        (&[5, 1], with, ProxyFault::SocksMethodUnknown(1)),
        (&[5, 2, 1, 1], with, ProxyFault::SocksCredentials),
        (b"HTTP/1.1 400", None, ProxyFault::NotSocks),
        (&[5, 0, 5, 2, 0, 1], None, ProxyFault::SocksReply(2)),
        (&[5, 0, 4, 0, 0, 1], None, ProxyFault::NotSocks),
        (&[5, 0, 5, 0, 0, 2], None, ProxyFault::NotSocks),
        (&[5], None, ProxyFault::Closed),
        (&[5, 0, 5, 0, 0, 1, 127, 0], None, ProxyFault::Closed),
    ] {
        assert_eq!(run(answer, credentials).await.0, Err(fault), "{answer:?}");
    }
}

#[tokio::test]
async fn the_messages_have_the_form_of_the_rfcs() {
    let request = [&[5, 1, 0, 3, 6][..], b"a.test", &[1, 187]].concat();
    let granted = [&[5, 0][..], &GRANTED].concat();
    let (outcome, sent) = run(&granted, None).await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(sent, [&[5, 1, 0][..], &request].concat());
    let granted = [&[5, 2, 1, 0][..], &GRANTED].concat();
    let (outcome, sent) = run(&granted, Some(&credentials())).await;
    assert_eq!(outcome, Ok(()));
    let login = b"\x05\x02\x00\x02\x01\x03ada\x06secret";
    assert_eq!(sent, [&login[..], &request].concat());
}

#[test]
fn a_name_of_256_bytes_is_not_sent() {
    let fault = request(&Target::Name("n".repeat(256)), 80).unwrap_err();
    assert_eq!(fault, ProxyFault::SocksTooLong { length: 256 });
}

#[tokio::test]
async fn what_follows_the_reply_is_left_in_the_stream() {
    for bound in [
        &[TYPE_IPV4, 1, 2, 3, 4, 0, 80][..],
        &[TYPE_NAME, 2, b'a', b'b', 0, 80],
        &[[TYPE_IPV6].as_slice(), &[0; 18]].concat(),
    ] {
        let (mut ours, mut theirs) = duplex(1024);
        let answer = [&[5, 0, 5, 0, 0][..], bound, b"server"].concat();
        theirs.write_all(&answer).await.unwrap();
        let target = Target::Address([192, 0, 2, 1].into());
        handshake(&mut ours, &target, 80, None).await.unwrap();
        let mut next = [0; 6];
        ours.read_exact(&mut next).await.unwrap();
        assert_eq!(&next, b"server");
    }
}
