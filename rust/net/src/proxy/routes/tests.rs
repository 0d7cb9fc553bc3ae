use super::*;
use crate::proxy::environment::tests::environment;
use crate::proxy::settings::ProxyScheme;
use crate::proxy::settings::tests::proxy;

#[test]
fn a_proxy_that_was_set_comes_before_the_environment() {
    let http = Some(proxy(ProxyScheme::Http, "plain", 1));
    let https = Some(proxy(ProxyScheme::Socks5, "secure", 2));
    for environment in [None, Some(environment(&[("all_proxy", "other")]))] {
        let routes = Routes {
            http: http.clone(),
            https: https.clone(),
            environment,
        };
        assert_eq!(routes.route(false, "a", 80).unwrap(), http);
        assert_eq!(routes.route(true, "a", 443).unwrap(), https);
    }
    assert_eq!(Routes::default().route(true, "a", 443).unwrap(), None);
}
