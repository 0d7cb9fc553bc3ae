//! What checkers of certificates ask for beyond a chain that holds: Go's and Apple's rules, those of browsers for public
//! authorities, and RFC 5280.

use std::path::Path;

use crate::calls::from_hex;
use crate::openssl::Openssl;

/// A certificate in openssl's words.
#[derive(Debug)]
struct Described {
    text: String,
    /// Of its DER, one value a line.
    structure: String,
}

const KNOWN_EXTENSIONS: [&str; 6] = [
    "X509v3 Basic Constraints",
    "X509v3 Key Usage",
    "X509v3 Extended Key Usage",
    "X509v3 Subject Alternative Name",
    "X509v3 Subject Key Identifier",
    "X509v3 Authority Key Identifier",
];

/// The rules that a server's certificate breaks, with its issuer's certificate at hand.
pub fn broken_by_server(
    certificate: &Path,
    issuer: &Path,
    openssl: impl Fn(&[&str]) -> Openssl,
) -> Vec<&'static str> {
    let (own, above) = (
        Described::of(certificate, &openssl),
        Described::of(issuer, &openssl),
    );
    let constraints = own.extension("Basic Constraints");
    let usage = own.extension("Key Usage").unwrap_or_default();
    let purposes = own.extension("Extended Key Usage").unwrap_or_default();
    let mut broken = own.broken_by_any();
    let mut rule = |holds: bool, rule| broken.extend((!holds).then_some(rule));
    rule(
        own.extension("Subject Alternative Name").is_some(),
        "has alternative names",
    );
    rule(
        constraints.is_none_or(|one| one == "critical CA:FALSE"),
        "is no authority",
    );
    rule(
        usage.starts_with("critical ") && usage.contains("Digital Signature"),
        "its key may sign handshakes",
    );
    rule(
        !usage.contains("Certificate Sign") && !usage.contains("CRL Sign"),
        "its key may sign nothing else",
    );
    rule(
        purposes.contains("TLS Web Server Authentication"),
        "is for servers",
    );
    rule(
        !purposes.contains("Any Extended Key Usage"),
        "is not for everything",
    );
    let identifier = above.extension("Subject Key Identifier");
    let named = own.extension("Authority Key Identifier");
    rule(
        named.is_some()
            && named.map(|one| one.trim_start_matches("keyid:").to_owned()) == identifier,
        "names its issuer's key",
    );
    rule(
        own.line("Issuer:") == above.line("Subject:"),
        "names its issuer",
    );
    broken
}

/// The rules that an authority's certificate breaks.
pub fn broken_by_authority(
    certificate: &Path,
    openssl: impl Fn(&[&str]) -> Openssl,
) -> Vec<&'static str> {
    let own = Described::of(certificate, &openssl);
    let constraints = own.extension("Basic Constraints").unwrap_or_default();
    let usage = own.extension("Key Usage").unwrap_or_default();
    let mut broken = own.broken_by_any();
    let mut rule = |holds: bool, rule| broken.extend((!holds).then_some(rule));
    rule(
        constraints.starts_with("critical CA:TRUE"),
        "is an authority",
    );
    rule(
        usage.starts_with("critical ") && usage.contains("Certificate Sign"),
        "its key may sign certificates",
    );
    rule(
        own.extension("Extended Key Usage").is_none(),
        "does not limit what it issues",
    );
    rule(
        own.extension("Subject Alternative Name").is_none(),
        "is no server",
    );
    broken
}

impl Described {
    fn of(certificate: &Path, openssl: &impl Fn(&[&str]) -> Openssl) -> Self {
        let text = openssl(&["x509", "-noout", "-text", "-nameopt", "RFC2253,show_type"]);
        Self {
            text: text.with("-in", certificate).output(),
            structure: openssl(&["asn1parse"]).with("-in", certificate).output(),
        }
    }

    fn broken_by_any(&self) -> Vec<&'static str> {
        let mut broken = Vec::new();
        let mut rule = |holds: bool, rule| broken.extend((!holds).then_some(rule));
        rule(self.text.contains("Version: 3 (0x2)"), "is of version 3");
        rule(
            self.serial_number()
                .is_some_and(|one| one.len() <= 20 && (1..0x80).contains(&one[0])),
            "has a good serial number",
        );
        let algorithm = self.line("Signature Algorithm:").to_lowercase();
        rule(
            !algorithm.contains("sha1") && !algorithm.contains("md5"),
            "is signed over a good hash",
        );
        rule(
            self.has_short_dates(),
            "writes years up to 2049 with two digits, later ones with four",
        );
        rule(
            self.extension("Subject Key Identifier").is_some(),
            "has a name for its key",
        );
        rule(
            self.extensions().all(|one| KNOWN_EXTENSIONS.contains(&one)),
            "has nothing that others may not know",
        );
        broken
    }

    /// The rest of the first line that begins like this.
    fn line(&self, start: &str) -> &str {
        let mut lines = self.text.lines();
        let rest = lines.find_map(|line| line.trim().strip_prefix(start));
        rest.map(str::trim).unwrap_or_default()
    }

    fn extensions(&self) -> impl Iterator<Item = &str> {
        let lines = self.text.lines().map(|line| (line, line.trim_start()));
        lines
            .skip_while(|(_, words)| *words != "X509v3 extensions:")
            // Their contents stand farther to the right.
            .filter(|(line, words)| line.len() - words.len() == 12)
            .map(|(_, words)| words.split(':').next().unwrap_or(words))
    }

    /// Whether it is critical, and what it says.
    fn extension(&self, name: &str) -> Option<String> {
        let mut lines = self.text.lines();
        let head = lines.find_map(|line| line.trim().strip_prefix(&format!("X509v3 {name}:")))?;
        let words = format!("{} {}", head.trim(), lines.next()?.trim());
        Some(words.trim().to_owned())
    }

    /// Positive, and as its bytes are written, where openssl writes it in bytes.
    fn serial_number(&self) -> Option<Vec<u8>> {
        let mut lines = self.text.lines();
        lines.find(|line| line.trim() == "Serial Number:")?;
        from_hex(&lines.next()?.trim().replace(':', ""))
    }

    fn has_short_dates(&self) -> bool {
        let mut dates = self.structure.lines().filter_map(|line| {
            let (head, value) = line.rsplit_once(':')?;
            head.contains("TIME").then_some((head, value))
        });
        // YYMMDDhhmmssZ, where 50 to 99 are years of the twentieth century; or YYYYMMDDhhmmssZ.
        dates.all(|(head, value)| match value.len() {
            13 => head.contains("UTCTIME"),
            15 => head.contains("GENERALIZEDTIME") && value >= "2050",
            _ => false,
        })
    }
}
