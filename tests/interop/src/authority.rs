//! An authority as `openssl ca` keeps one: it issues on P-256, revokes, and answers for what it issued.

use std::fs;
use std::path::{Path, PathBuf};

use crate::certificates::{Folder, Pair};
use crate::program;

/// An authority with a folder of its own.
#[derive(Debug)]
pub struct Authority {
    folder: Folder,
}

const SETTINGS: &str = "[ca]\ndefault_ca=own\n\
    [own]\ndatabase=index.txt\nnew_certs_dir=.\ncertificate=root.crt\nprivate_key=root.key\nrand_serial=yes\n\
    default_md=sha256\ndefault_days=30\ndefault_crl_days=30\ncrlnumber=crlnumber\nunique_subject=no\npolicy=any\n\
    [any]\ncommonName=supplied\n\
    [req]\ndistinguished_name=none\nx509_extensions=authority\n[none]\n\
    [authority]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
const LEAF: &str = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n";
const NEW_KEY: [&str; 5] = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
];
/// A month that is over.
const PAST: [&str; 2] = ["200101000000Z", "200201000000Z"];

impl Authority {
    /// A new one, or a skip of the test when there is no openssl.
    pub fn make(name: &str) -> Option<Self> {
        let folder = Self::empty()?;
        folder
            .openssl(&["req", "-x509", "-days", "30", "-config", "ca.cnf"])
            .and(NEW_KEY)
            .with("-subj", format!("/CN={name}"))
            .with("-keyout", "root.key")
            .with("-out", "root.crt")
            .run();
        Some(Self { folder })
    }

    fn empty() -> Option<Folder> {
        let folder = Folder::new(program("openssl")?);
        fs::write(folder.path("ca.cnf"), SETTINGS).unwrap();
        fs::write(folder.path("index.txt"), "").unwrap();
        fs::write(folder.path("crlnumber"), "01\n").unwrap();
        Some(folder)
    }

    /// An authority that this one vouches for.
    pub fn below(&self, name: &str) -> Option<Self> {
        let folder = Self::empty()?;
        let extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n";
        let pair = self.issue(name, extensions, &[]);
        fs::copy(pair.key, folder.path("root.key")).unwrap();
        fs::copy(pair.chain, folder.path("root.crt")).unwrap();
        Some(Self { folder })
    }

    /// Its certificate, for whoever trusts it.
    pub fn root(&self) -> PathBuf {
        self.folder.path("root.crt")
    }

    /// A certificate for servers with these names, such as `DNS:localhost`.
    pub fn server(&self, name: &str, alternative_names: &str) -> Pair {
        let extensions =
            format!("{LEAF}extendedKeyUsage=serverAuth\nsubjectAltName={alternative_names}\n");
        self.issue(name, &extensions, &[])
    }

    /// A certificate for clients.
    pub fn client(&self, name: &str) -> Pair {
        self.issue(name, &format!("{LEAF}extendedKeyUsage=clientAuth\n"), &[])
    }

    /// A certificate for clients that was good in January 2020.
    pub fn expired_client(&self, name: &str) -> Pair {
        let dates = ["-startdate", PAST[0], "-enddate", PAST[1]];
        self.issue(
            name,
            &format!("{LEAF}extendedKeyUsage=clientAuth\n"),
            &dates,
        )
    }

    /// Signs somebody's request, with the extensions that it asks for.
    pub fn sign(&self, request: &Path, certificate: &Path) {
        self.folder
            .openssl(&["x509", "-req", "-days", "30", "-copy_extensions", "copy"])
            .and(["-CA", "root.crt", "-CAkey", "root.key"])
            .with("-in", request)
            .with("-out", certificate)
            .run();
    }

    fn issue(&self, name: &str, extensions: &str, more: &[&str]) -> Pair {
        let pair = Pair {
            key: self.folder.path(&format!("{name}.key")),
            chain: self.folder.path(&format!("{name}.crt")),
        };
        let (request, settings) = (format!("{name}.csr"), format!("{name}.ext"));
        self.folder
            .openssl(&["req", "-new", "-config", "ca.cnf"])
            .and(NEW_KEY)
            .with("-subj", format!("/CN={name}"))
            .with("-keyout", pair.key.to_str().unwrap())
            .with("-out", &request)
            .run();
        fs::write(self.folder.path(&settings), extensions).unwrap();
        self.folder
            .openssl(&["ca", "-batch", "-notext", "-config", "ca.cnf"])
            .with("-in", &request)
            .with("-extfile", &settings)
            .with("-out", pair.chain.to_str().unwrap())
            .and(more)
            .run();
        pair
    }

    /// Puts a certificate on the next lists.
    pub fn revoke(&self, pair: &Pair, reason: &str) {
        self.folder
            .openssl(&["ca", "-config", "ca.cnf"])
            .with("-revoke", pair.chain.to_str().unwrap())
            .with("-crl_reason", reason)
            .run();
    }

    /// When that was, by the authority's own books, to the minute.
    pub fn revocation_moment(&self, pair: &Pair) -> String {
        let subject = format!("/CN={}", pair.chain.file_stem().unwrap().display());
        let books = fs::read_to_string(self.folder.path("index.txt")).unwrap();
        let entry = books.lines().find(|line| line.ends_with(&subject)).unwrap();
        // Status, end of validity, revocation (YYMMDDHHMMSSZ and the reason), ...
        let moment = entry.split('\t').nth(2).unwrap();
        let part = |from: usize| &moment[from..from + 2];
        format!(
            "20{}-{}-{} {}:{}",
            part(0),
            part(2),
            part(4),
            part(6),
            part(8)
        )
    }

    /// The list of what was revoked up to now.
    pub fn revocation_list(&self, name: &str) -> PathBuf {
        self.list(name, &[])
    }

    /// A list that counted in January 2020.
    pub fn expired_revocation_list(&self) -> PathBuf {
        let dates = ["-crl_lastupdate", PAST[0], "-crl_nextupdate", PAST[1]];
        self.list("expired.crl", &dates)
    }

    fn list(&self, name: &str, more: &[&str]) -> PathBuf {
        self.folder
            .openssl(&["ca", "-gencrl", "-config", "ca.cnf"])
            .with("-out", name)
            .and(more)
            .run();
        self.folder.path(name)
    }

    /// Writes what the authority says about a certificate now (RFC 6960, DER).
    pub fn write_ocsp_response(&self, about: &Path, to: &Path) {
        self.folder
            .openssl(&["ocsp", "-issuer", "root.crt", "-reqout", "request.der"])
            .with("-cert", about.to_str().unwrap())
            .run();
        self.folder
            .openssl(&["ocsp", "-index", "index.txt", "-CA", "root.crt"])
            .and(["-rsigner", "root.crt", "-rkey", "root.key", "-ndays", "1"])
            .and(["-reqin", "request.der"])
            .with("-respout", to.to_str().unwrap())
            .run();
    }
}
