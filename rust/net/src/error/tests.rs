use super::*;

/// Names that stand in no sentence otherwise.
fn words() -> Vocabulary {
    Vocabulary {
        tls: godot_rustls_tls::diagnosis::Vocabulary {
            connect_limit: "patience",
            ..Default::default()
        },
        environment_proxies: "obedience",
    }
}

const LIMIT: Duration = Duration::from_millis(2500);

fn system(kind: ErrorKind) -> SystemError {
    let text = "os".to_owned();
    SystemError { kind, text }
}

/// Compares cause and sentence.
fn comes_to(error: &ConnectError, cause: Cause, sentence: &str) {
    let expected = Diagnosis::new(cause, sentence);
    assert_eq!(error.diagnosis(words()), expected, "{error:?}");
}

fn unresolved(at: Hop, fault: ResolveFault) -> ConnectError {
    let host = "a.test".to_owned();
    ConnectError::Resolve { at, host, fault }
}

fn unconnected(at: Hop, addresses_tried: usize, fault: ConnectFault) -> ConnectError {
    ConnectError::Connect {
        at,
        host: "a.test".to_owned(),
        port: 443,
        addresses_tried,
        fault,
    }
}

#[test]
fn a_name_without_an_address_has_a_cause_and_a_sentence() {
    let failed = ResolveFault::System(system(ErrorKind::Other));
    let timed_out = ResolveFault::TimedOut { limit: LIMIT };
    for (at, fault, cause, sentence) in [
        (
            Hop::Server,
            ResolveFault::NoAddress,
            Cause::NameResolution,
            "a.test has no address (nobody knows the name): check the spelling and the network",
        ),
        (
            Hop::Server,
            failed.clone(),
            Cause::NameResolution,
            "a.test has no address (os): check the spelling and the network",
        ),
        (
            Hop::Server,
            timed_out.clone(),
            Cause::Timeout,
            "a.test has no address (nobody answered within 2.5 seconds): check the spelling and \
             the network",
        ),
        (
            Hop::Proxy,
            failed,
            Cause::Proxy,
            "the proxy a.test has no address (os): check the spelling and the network",
        ),
        (
            Hop::Proxy,
            timed_out,
            Cause::Proxy,
            "the proxy a.test has no address (nobody answered within 2.5 seconds): check the \
             spelling and the network",
        ),
    ] {
        comes_to(&unresolved(at, fault), cause, sentence);
    }
}

#[test]
fn a_host_that_is_not_reached_has_a_cause_and_a_sentence() {
    let refused = ConnectFault::System(system(ErrorKind::ConnectionRefused));
    let unreachable = ConnectFault::System(system(ErrorKind::HostUnreachable));
    let unusable = ConnectFault::Unusable(system(ErrorKind::Other));
    let timed_out = ConnectFault::TimedOut { limit: LIMIT };
    for (at, tried, fault, cause, sentence) in [
        (
            Hop::Server,
            1,
            refused.clone(),
            Cause::ConnectionRefused,
            "a.test port 443 cannot be reached (os): check the port, the firewall and that the \
             server runs",
        ),
        (
            Hop::Server,
            3,
            unreachable,
            Cause::Transport,
            "a.test port 443 cannot be reached (os) (3 addresses tried): check the port, the \
             firewall and that the server runs",
        ),
        (
            Hop::Server,
            2,
            timed_out.clone(),
            Cause::Timeout,
            "a.test port 443 did not answer within 2.5 seconds (2 addresses tried): check the \
             address and the firewall, or raise patience",
        ),
        (
            Hop::Server,
            2,
            unusable,
            Cause::Transport,
            "the connection to a.test port 443 cannot be used (os)",
        ),
        (
            Hop::Proxy,
            1,
            refused,
            Cause::Proxy,
            "the proxy a.test port 443 cannot be reached (os): check the port, the firewall and \
             that the server runs",
        ),
        (
            Hop::Proxy,
            1,
            timed_out,
            Cause::Proxy,
            "the proxy a.test port 443 did not answer within 2.5 seconds: check the address and \
             the firewall, or raise patience",
        ),
    ] {
        comes_to(&unconnected(at, tried, fault), cause, sentence);
    }
}

#[test]
fn a_proxy_that_cannot_be_used_or_does_not_connect_has_the_cause_of_proxies() {
    let unusable = ConnectError::from(ProxyError::Port(0));
    let sentence = "0 is no port: it must be from 1 to 65535";
    comes_to(&unusable, Cause::Proxy, sentence);
    let authority = |host: &str, port| Authority {
        host: host.to_owned(),
        port,
    };
    let unconnected = ConnectError::Proxy {
        proxy: authority("proxy.test", 1080),
        origin: authority("a.test", 443),
        fault: ProxyFault::Closed,
    };
    let sentence = "the proxy proxy.test:1080 does not connect to a.test:443 (it closed the \
                    connection): check its address, user and password, and what it allows";
    comes_to(&unconnected, Cause::Proxy, sentence);
}

#[test]
fn a_failure_of_tls_keeps_its_diagnosis() {
    let failure = Failure::Closed;
    let expected = diagnose(&failure, &words().tls);
    comes_to(
        &ConnectError::Tls(failure),
        Cause::Closed,
        &expected.message,
    );
}

#[test]
fn the_underlying_error_is_the_source() {
    let error = system(ErrorKind::ConnectionReset);
    let broken = ConnectError::Proxy {
        proxy: Authority {
            host: "a".to_owned(),
            port: 1,
        },
        origin: Authority {
            host: "b".to_owned(),
            port: 2,
        },
        fault: ProxyFault::Broken(error.clone()),
    };
    let variable = ConnectError::ProxySettings(ProxyError::Variable {
        name: "ALL_PROXY",
        fault: Box::new(ProxyError::ColonInUser),
    });
    for (outer, deepest) in [
        (
            unresolved(Hop::Server, ResolveFault::System(error.clone())),
            "os".to_owned(),
        ),
        (
            unconnected(Hop::Server, 1, ConnectFault::System(error.clone())),
            "os".to_owned(),
        ),
        (
            unconnected(Hop::Server, 1, ConnectFault::Unusable(error)),
            "os".to_owned(),
        ),
        (broken, "os".to_owned()),
        (variable, ProxyError::ColonInUser.to_string()),
    ] {
        assert_eq!(root_cause(&outer), deepest);
    }
    let bare = unresolved(Hop::Server, ResolveFault::NoAddress);
    assert!(bare.source().is_none());
}

#[test]
fn without_a_vocabulary_the_advice_is_neutral() {
    let limit = LIMIT;
    let error = unconnected(Hop::Server, 1, ConnectFault::TimedOut { limit });
    assert!(
        error.to_string().ends_with("or raise the time limit"),
        "{error}"
    );
}

#[test]
fn an_ipv6_address_stands_in_brackets_before_a_port() {
    for (host, shown) in [
        ("a.test", "a.test:80"),
        ("192.0.2.1", "192.0.2.1:80"),
        ("2001:db8::1", "[2001:db8::1]:80"),
        ("\"http://…\"", "\"http://…\":80"),
    ] {
        let host = host.to_owned();
        assert_eq!(Authority { host, port: 80 }.to_string(), shown);
    }
}
