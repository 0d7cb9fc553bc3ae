use super::*;

/// Names that stand in no sentence otherwise.
fn words() -> Vocabulary {
    Vocabulary {
        environment_proxies: "obedience",
        ..Vocabulary::default()
    }
}

#[test]
fn a_proxy_that_cannot_be_used_has_a_sentence() {
    let text = "\"a\"".to_owned();
    for (error, sentence) in [
        (
            ProxyError::Port(0),
            "0 is no port: it must be from 1 to 65535",
        ),
        (
            ProxyError::NotAProxy(text.clone()),
            "\"a\" is no proxy: give a host, or a URL like http://user:password@host:3128 or \
             socks5://host:1080",
        ),
        (
            ProxyError::TlsToProxy(text),
            "the proxy \"a\" is to be spoken to in TLS, which is not supported yet: give it as \
             http://, if it allows that",
        ),
        (
            ProxyError::UnknownScheme("ftp".to_owned()),
            "proxies of the kind ftp:// are not known: http://, socks5:// and socks5h:// are",
        ),
        (
            ProxyError::CredentialsNotUtf8,
            "the proxy's user or password is no UTF-8 once decoded",
        ),
        (
            ProxyError::ColonInUser,
            "the proxy's user has a colon, which HTTP cannot tell from the password's",
        ),
        (
            ProxyError::CredentialsLength,
            "SOCKS takes a user and a password of 1 to 255 bytes each",
        ),
        (
            ProxyError::Variable {
                name: "ALL_PROXY",
                fault: Box::new(ProxyError::ColonInUser),
            },
            "the proxy that the environment variable ALL_PROXY names cannot be used: the proxy's \
             user has a colon, which HTTP cannot tell from the password's. Change the variable, or \
             turn obedience off",
        ),
        (
            ProxyError::InvalidHost("a b".to_owned()),
            "a b is no host that a proxy could be looked up for",
        ),
    ] {
        assert_eq!(error.describe(words()), sentence);
    }
}

/// Compares each fault with its words.
fn say(faults: &[(ProxyFault, &str)]) {
    for (fault, words) in faults {
        assert_eq!(fault.to_string(), *words);
    }
}

#[test]
fn a_connection_to_a_proxy_that_ends_has_words() {
    let limit = Duration::from_millis(2500);
    let broken = io::Error::other("os").into();
    let closed = io::Error::from(io::ErrorKind::UnexpectedEof).into();
    say(&[
        (closed, "it closed the connection"),
        (broken, "the connection to it broke: os"),
        (
            ProxyFault::TimedOut { limit },
            "no answer within 2.5 seconds",
        ),
    ]);
}

#[test]
fn an_answer_to_connect_has_words() {
    let status = |reason: &str| ProxyFault::HttpStatus {
        code: 403,
        reason: reason.to_owned(),
    };
    say(&[
        (status("No"), "it answers with 403 No"),
        (status(""), "it answers with 403"),
        (
            ProxyFault::HttpCredentials,
            "it wants a user and a password, or others",
        ),
        (
            ProxyFault::HttpHeadTooLong { limit: 7 },
            "its answer's head is longer than 7 bytes",
        ),
        (
            ProxyFault::NotHttp("token".to_owned()),
            "what it answers is no HTTP (token)",
        ),
    ]);
}

#[test]
fn an_answer_of_socks_has_words() {
    say(&[
        (
            ProxyFault::SocksCredentials,
            "it does not take this user with this password",
        ),
        (
            ProxyFault::SocksMethodMissing,
            "it wants a user and a password, or more",
        ),
        (
            ProxyFault::SocksMethodsRefused,
            "it lets nobody in, neither with nor without a user and a password",
        ),
        (
            ProxyFault::SocksMethodUnknown(3),
            "it chose the login method 3, which was not offered",
        ),
        (
            ProxyFault::SocksTooLong { length: 300 },
            "SOCKS takes names, users and passwords of at most 255 bytes, and one has 300",
        ),
        (ProxyFault::NotSocks, "what it answers is no SOCKS 5"),
    ]);
    for (code, words) in [
        (1, "it failed"),
        (2, "its rules do not allow it"),
        (3, "it has no way to that network"),
        (4, "it has no way to that host"),
        (5, "the connection was refused"),
        (6, "the way is too long"),
        (7, "it does not make connections"),
        (8, "it does not know that kind of address"),
        (99, "it answers with error 99"),
    ] {
        say(&[(ProxyFault::SocksReply(code), words)]);
    }
}
