//! Certificates that the addon made: an authority with a key of each kind, what each issued, and more.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::calls::Argument;
use crate::certificates::{Folder, Kind, Pair};
use crate::godot::{Batch, Engine, Job};
use crate::openssl::Openssl;
use crate::program;

/// Keys and certificates of RustlsCrypto, in the files that the engine wrote.
#[derive(Debug)]
pub struct Made {
    folder: Folder,
}

impl Made {
    /// The kinds of keys that authorities and servers have.
    pub const KINDS: [Kind; 3] = [Kind::Rsa2048, Kind::P256, Kind::P384];

    /// An authority's name that no one can take for another, with what names may have: attributes of one kind, letters
    /// beyond ASCII, a comma.
    pub const AUTHORITY: &'static str =
        r"DC=org,DC=example,O=Müller\, Söhne & 株式会社,CN=Studio CA";
    /// A server's name, which is the first of its alternative names too.
    pub const SERVER: &'static str = "play.example.test";
    /// The names and addresses of a server.
    pub const NAMES: [&'static str; 5] = [
        Self::SERVER,
        "*.lobby.example.test",
        "localhost",
        "127.0.0.1",
        "::1",
    ];

    /// The end is one that is written in another way than years before 2050.
    const DATES: [Argument<'static>; 2] = [
        Argument::Text("20260101000000"),
        Argument::Text("20550101000000"),
    ];

    /// Makes all of them in one Godot, for all tests that run at the same time.
    pub fn make(engine: Engine) -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Made>> = Mutex::new(Weak::new());
        let openssl = program("openssl")?;
        // A test that failed while it held the lock left nothing behind.
        let mut place = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let made = place.upgrade().unwrap_or_else(|| {
            let folder = Folder::new(openssl);
            let made = Self { folder };
            let mut batch = Batch::new(engine);
            made.jobs().into_iter().for_each(|job| batch.add(job));
            batch.run(false).iter().for_each(|one| one.assert_made());
            Arc::new(made)
        });
        *place = Arc::downgrade(&made);
        Some(made)
    }

    /// An authority's certificate.
    pub fn authority(&self, kind: Kind) -> PathBuf {
        self.path(&format!("authority-{kind:?}.crt"))
    }

    /// A certificate for [`Self::NAMES`], and its key.
    pub fn issued(&self, authority: Kind, kind: Kind) -> Pair {
        self.pair(kind, &format!("issued-{authority:?}-{kind:?}"))
    }

    /// One for which no names were given: [`Self::SERVER`], its common name, is its only one.
    pub fn issued_without_names(&self, kind: Kind) -> Pair {
        self.pair(kind, &format!("unnamed-{kind:?}"))
    }

    /// A self-signed certificate for [`Self::NAMES`].
    pub fn self_signed(&self, kind: Kind) -> Pair {
        self.pair(kind, &format!("self-signed-{kind:?}"))
    }

    /// A server's key, which all its certificates share.
    pub fn key(&self, kind: Kind) -> PathBuf {
        self.path(&format!("{kind:?}.key"))
    }

    /// The openssl command in the folder of all this.
    pub fn openssl(&self, arguments: &[&str]) -> Openssl {
        self.folder.openssl(arguments)
    }

    /// A place for a file in the folder of all this.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }

    fn pair(&self, kind: Kind, name: &str) -> Pair {
        Pair {
            key: self.key(kind),
            chain: self.path(&format!("{name}.crt")),
        }
    }

    fn authority_key(&self, kind: Kind) -> PathBuf {
        self.path(&format!("authority-{kind:?}.key"))
    }

    fn jobs(&self) -> Vec<Job> {
        let mut jobs = Vec::new();
        for kind in Self::KINDS {
            jobs.push(generate_key(kind).into_file(&self.authority_key(kind)));
            jobs.push(generate_key(kind).into_file(&self.key(kind)));
            jobs.push(self.make_authority(kind));
            jobs.push(self.sign_itself(kind));
        }
        for authority in Self::KINDS {
            for kind in Self::KINDS {
                let names = Argument::Names(&Self::NAMES);
                let issued = self.issued(authority, kind);
                jobs.push(self.issue(authority, kind, names).into_file(&issued.chain));
            }
            let issued = self.issued_without_names(authority);
            let job = self.issue(authority, authority, Argument::Names(&[]));
            jobs.push(job.into_file(&issued.chain));
        }
        jobs
    }

    fn make_authority(&self, kind: Kind) -> Job {
        let [from, to] = Self::DATES;
        let key = self.authority_key(kind);
        let arguments = [
            Argument::Key(&key),
            Argument::Text(Self::AUTHORITY),
            from,
            to,
        ];
        Job::call("generate_certificate_authority", &arguments).into_file(&self.authority(kind))
    }

    fn sign_itself(&self, kind: Kind) -> Job {
        let [from, to] = Self::DATES;
        let pair = self.self_signed(kind);
        let names = Argument::Names(&Self::NAMES);
        let arguments = [
            Argument::Key(&pair.key),
            Argument::Text("CN=My server"),
            from,
            to,
            names,
        ];
        Job::call("generate_self_signed_certificate", &arguments).into_file(&pair.chain)
    }

    fn issue(&self, authority: Kind, kind: Kind, names: Argument<'_>) -> Job {
        let [from, to] = Self::DATES;
        let (issuer_key, issuer, key) = (
            self.authority_key(authority),
            self.authority(authority),
            self.key(kind),
        );
        let subject = format!("CN={},O=Studio", Self::SERVER);
        let arguments = [
            Argument::Key(&issuer_key),
            Argument::Certificate(&issuer),
            Argument::Key(&key),
            Argument::Text(&subject),
            names,
            from,
            to,
        ];
        Job::call("issue_certificate", &arguments)
    }
}

/// A key of one of [`Made::KINDS`].
fn generate_key(kind: Kind) -> Job {
    match kind {
        Kind::P256 => Job::call(
            "generate_ecdsa",
            &[Argument::Constant("RustlsCrypto.CURVE_P256")],
        ),
        Kind::P384 => Job::call(
            "generate_ecdsa",
            &[Argument::Constant("RustlsCrypto.CURVE_P384")],
        ),
        _ => Job::call("generate_rsa", &[Argument::Number(2048)]),
    }
}
