//! Certificates of every kind that peers may have, made by the openssl command.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use crate::openssl::Openssl;
use crate::program;

/// The kind of a server's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// RSA with 2048 bits.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// Ed25519.
    Ed25519,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::P256,
        Self::P384,
        Self::Ed25519,
    ];

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Rsa2048 => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            Self::Rsa3072 => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
            Self::Rsa4096 => &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"],
            Self::P256 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            Self::P384 => &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            Self::Ed25519 => &["-algorithm", "ED25519"],
        }
    }
}

/// One authority, its intermediate, and a server certificate for `localhost` and `127.0.0.1` of every kind; and a
/// folder for whatever else a test needs.
#[derive(Debug)]
pub struct Certificates {
    shared: Arc<Servers>,
    own: Folder,
}

/// What tests that run at the same time share: keys of RSA take seconds.
#[derive(Debug)]
struct Servers {
    folder: Folder,
    /// The kinds that somebody asked for.
    made: Mutex<Vec<Kind>>,
}

/// A private key and its certificate, in PEM files.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The key.
    pub key: PathBuf,
    /// The certificate, and what stands behind it.
    pub chain: PathBuf,
}

/// A folder that goes with its owner.
#[derive(Debug)]
pub(crate) struct Folder {
    place: TempDir,
    openssl: PathBuf,
}

const CA: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
const LEAF: &str = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n\
                    extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n";

impl Certificates {
    /// Makes them, or skips the test when there is no openssl.
    pub fn make() -> Option<Self> {
        static SHARED: Mutex<Weak<Servers>> = Mutex::new(Weak::new());
        let own = Folder::new(program("openssl")?);
        // A test that failed while it held the lock left nothing behind.
        let mut place = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = place.upgrade().unwrap_or_else(|| {
            let folder = Folder::new(own.openssl.clone());
            folder.make_authorities();
            let made = Mutex::default();
            Arc::new(Servers { folder, made })
        });
        *place = Arc::downgrade(&shared);
        Some(Self { shared, own })
    }

    /// What a client trusts.
    pub fn root(&self) -> PathBuf {
        self.shared.folder.path("root.crt")
    }

    /// What issued the servers' certificates.
    pub fn intermediate(&self) -> PathBuf {
        self.shared.folder.path("intermediate.crt")
    }

    /// A server's certificate with its intermediate.
    pub fn chain(&self, kind: Kind) -> PathBuf {
        self.pair(kind).chain
    }

    /// A server's private key.
    pub fn server_key(&self, kind: Kind) -> PathBuf {
        self.pair(kind).key
    }

    /// Chain and key of a server.
    pub fn pair(&self, kind: Kind) -> Pair {
        let made = self.shared.made.lock();
        let mut made = made.unwrap_or_else(PoisonError::into_inner);
        if !made.contains(&kind) {
            self.shared.folder.make_server(kind);
            made.push(kind);
        }
        let path = |ending: &str| self.shared.folder.path(&format!("{kind:?}.{ending}"));
        Pair {
            key: path("key"),
            chain: path("chain"),
        }
    }

    /// A self-signed certificate as `openssl req -x509` makes it by itself, with or without alternative names; its
    /// path without an ending.
    pub fn self_signed(&self, kind: Kind, with_names: bool) -> PathBuf {
        let name = format!("self-signed-{kind:?}-{with_names}");
        self.own.key(&name, kind);
        let mut command = self.own.openssl(&[
            "req",
            "-x509",
            "-new",
            "-days",
            "30",
            "-subj",
            "/CN=localhost",
        ]);
        if with_names {
            command = command.with("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1");
        }
        command
            .with("-key", format!("{name}.key"))
            .with("-out", format!("{name}.crt"))
            .run();
        self.own.path(&name)
    }

    /// Puts a file into the test's own folder.
    pub fn file(&self, name: &str, contents: &[u8]) -> PathBuf {
        fs::write(self.own.path(name), contents).unwrap();
        self.own.path(name)
    }

    /// A place for a file in the test's own folder.
    pub fn place(&self, name: &str) -> PathBuf {
        self.own.path(name)
    }

    /// The openssl command in the test's own folder.
    pub fn openssl(&self, arguments: &[&str]) -> Openssl {
        self.own.openssl(arguments)
    }

    /// What openssl says about the first certificate of a file: its subject (RFC 2253), and its SHA-256 in lower case.
    pub fn facts(&self, certificate: &Path) -> (String, String) {
        let text = self
            .own
            .openssl(&["x509", "-noout", "-subject", "-nameopt", "RFC2253"])
            .and(["-fingerprint", "-sha256"])
            .with("-in", certificate)
            .output();
        let line = |start: &str| text.lines().find_map(|line| line.strip_prefix(start));
        let fingerprint = line("sha256 Fingerprint=").unwrap();
        (
            line("subject=").unwrap().to_owned(),
            fingerprint.replace(':', "").to_lowercase(),
        )
    }

    /// The pin of the first certificate of a file, by the steps that manuals give (RFC 7469 appendix A).
    pub fn pin(&self, certificate: &Path) -> String {
        self.own
            .openssl(&["x509", "-pubkey", "-noout", "-out", "pin.pem"])
            .with("-in", certificate)
            .run();
        self.own
            .openssl(&["pkey", "-pubin", "-in", "pin.pem", "-outform", "DER"])
            .with("-out", "pin.der")
            .run();
        self.own
            .openssl(&["dgst", "-sha256", "-binary", "-out", "pin.hash", "pin.der"])
            .run();
        let encoded = self.own.openssl(&["base64", "-in", "pin.hash"]).output();
        format!("sha256/{}", encoded.trim())
    }
}

impl Folder {
    pub(crate) fn new(openssl: PathBuf) -> Self {
        Self {
            place: TempDir::new().unwrap(),
            openssl,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn make_authorities(&self) {
        self.key("root", Kind::P384);
        let settings =
            format!("[req]\ndistinguished_name=none\nx509_extensions=ca\n[none]\n[ca]\n{CA}");
        fs::write(self.path("root.cnf"), settings).unwrap();
        self.openssl(&[
            "req",
            "-x509",
            "-new",
            "-days",
            "30",
            "-subj",
            "/CN=Interop Root",
        ])
        .with("-key", "root.key")
        .with("-config", "root.cnf")
        .with("-out", "root.crt")
        .run();
        self.issue(
            "intermediate",
            Kind::P256,
            "/CN=Interop Intermediate",
            "root",
            CA,
        );
    }

    fn make_server(&self, kind: Kind) {
        let name = format!("{kind:?}");
        self.issue(&name, kind, "/CN=localhost", "intermediate", LEAF);
        let parts = [format!("{name}.crt"), "intermediate.crt".to_owned()];
        let chain = parts
            .map(|part| fs::read(self.path(&part)).unwrap())
            .concat();
        fs::write(self.path(&format!("{name}.chain")), chain).unwrap();
    }

    fn key(&self, name: &str, kind: Kind) {
        self.openssl(&["genpkey"])
            .and(kind.arguments())
            .with("-out", format!("{name}.key"))
            .run();
    }

    fn issue(&self, name: &str, kind: Kind, subject: &str, issuer: &str, extensions: &str) {
        self.key(name, kind);
        self.openssl(&["req", "-new", "-subj", subject])
            .with("-key", format!("{name}.key"))
            .with("-out", format!("{name}.csr"))
            .run();
        fs::write(self.path(&format!("{name}.ext")), extensions).unwrap();
        self.openssl(&["x509", "-req", "-days", "30", "-sha256"])
            .with("-in", format!("{name}.csr"))
            .with("-CA", format!("{issuer}.crt"))
            .with("-CAkey", format!("{issuer}.key"))
            .with("-extfile", format!("{name}.ext"))
            .with("-out", format!("{name}.crt"))
            .run();
    }

    pub(crate) fn openssl(&self, arguments: &[&str]) -> Openssl {
        Openssl::new(&self.openssl, arguments, self.place.path())
    }
}
