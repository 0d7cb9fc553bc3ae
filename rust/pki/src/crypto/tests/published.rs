//! Signatures that an RFC and NIST published.

use godot_rustls_testkit::element;

use super::*;

/// Text, function, and the two numbers of the signature.
type Signature = (&'static str, HashAlgorithm, &'static str, &'static str);

/// RFC 6979 appendix A.2.5.
const P256: [Signature; 8] = [
    (
        "sample",
        HashAlgorithm::Sha1,
        "61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d32",
        "6d7f147dac089441bb2e2fe8f7a3fa264b9c475098fdcf6e00d7c996e1b8b7eb",
    ),
    (
        "sample",
        HashAlgorithm::Sha256,
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
    (
        "sample",
        HashAlgorithm::Sha384,
        "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719",
        "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954",
    ),
    (
        "sample",
        HashAlgorithm::Sha512,
        "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00",
        "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe",
    ),
    (
        "test",
        HashAlgorithm::Sha1,
        "0cbcc86fd6abd1d99e703e1ec50069ee5c0b4ba4b9ac60e409e8ec5910d81a89",
        "01b9d7b73dfaa60d5651ec4591a0136f87653e0fd780c3b1bc872ffdeae479b1",
    ),
    (
        "test",
        HashAlgorithm::Sha256,
        "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
        "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
    ),
    (
        "test",
        HashAlgorithm::Sha384,
        "83910e8b48bb0c74244ebdf7f07a1c5413d61472bd941ef3920e623fbccebeb6",
        "8ddbec54cf8cd5874883841d712142a56a8d0f218f5003cb0296b6b509619f2c",
    ),
    (
        "test",
        HashAlgorithm::Sha512,
        "461d93f31b6540894788fd206c07cfa0cc35f46fa3c91816fff1040ad1581a04",
        "39af9f15de0db8d97e72719c74820d304ce5226e32dedae67519e840d1194e55",
    ),
];

/// RFC 6979 appendix A.2.6.
const P384: [Signature; 8] = [
    (
        "sample",
        HashAlgorithm::Sha1,
        "ec748d839243d6fbef4fc5c4859a7dffd7f3abddf72014540c16d73309834fa37b9ba002899f6fda3a4a9386790d4eb2",
        "a3bcfa947beef4732bf247ac17f71676cb31a847b9ff0cbc9c9ed4c1a5b3facf26f49ca031d4857570ccb5ca4424a443",
    ),
    (
        "sample",
        HashAlgorithm::Sha256,
        "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cd",
        "f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0",
    ),
    (
        "sample",
        HashAlgorithm::Sha384,
        "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
        "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    ),
    (
        "sample",
        HashAlgorithm::Sha512,
        "ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc900056d7c99cd7882433709",
        "512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446defceb01a45c2667fdd5",
    ),
    (
        "test",
        HashAlgorithm::Sha1,
        "4bc35d3a50ef4e30576f58cd96ce6bf638025ee624004a1f7789a8b8e43d0678acd9d29876daf46638645f7f404b11c7",
        "d5a6326c494ed3ff614703878961c0fde7b2c278f9a65fd8c4b7186201a2991695ba1c84541327e966fa7b50f7382282",
    ),
    (
        "test",
        HashAlgorithm::Sha256,
        "6d6defac9ab64dabafe36c6bf510352a4cc27001263638e5b16d9bb51d451559f918eedaf2293be5b475cc8f0188636b",
        "2d46f3becbcc523d5f1a1256bf0c9b024d879ba9e838144c8ba6baeb4b53b47d51ab373f9845c0514eefb14024787265",
    ),
    (
        "test",
        HashAlgorithm::Sha384,
        "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3cf023db",
        "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5",
    ),
    (
        "test",
        HashAlgorithm::Sha512,
        "a0d5d090c9980faf3c2ce57b7ae951d31977dd11c775d314af55f76c676447d06fb6495cd21b4b6e340fc236584fb277",
        "976984e59b4c77b0e8e4460dca3d9f20e07b9bb1f63beefaf576f6b2e8b224634a2092cd3792e0159ad9cee37659c736",
    ),
];

/// An INTEGER (X.690 section 8.3) of a number that is given in hexadecimal.
fn integer(number: &str) -> Vec<u8> {
    let mut contents = unhex(number);
    let zeros = contents.iter().take_while(|byte| **byte == 0).count();
    contents.drain(..zeros);
    if contents[0] >= 0x80 {
        contents.insert(0, 0);
    }
    element(0x02, &contents)
}

fn all_are_verified(public_key_info: &str, signatures: &[Signature]) {
    let public = PublicKey::from_info_der(&unhex(public_key_info)).unwrap();
    for (text, function, r, s) in signatures {
        let numbers = [integer(r), integer(s)].concat();
        let signature = element(0x30, &numbers);
        let value = hash_of(*function, text.as_bytes());
        let verified = public.verify(&Hash::new(*function, &value).unwrap(), &signature);
        assert_eq!(verified, Ok(true), "{text}, {function}");
        let value = hash_of(*function, b"something else");
        let verified = public.verify(&Hash::new(*function, &value).unwrap(), &signature);
        assert_eq!(verified, Ok(false), "{text}, {function}");
    }
}

// Hashes that are shorter than the curve are filled, and longer ones cut: nobody else's answers
// would come out of the wrong end.
#[test]
fn signatures_of_rfc_6979_over_hashes_of_every_length_are_verified() {
    all_are_verified(
        "3059301306072a8648ce3d020106082a8648ce3d0301070342000460fed4ba255a9d31c961eb74c6356d68c049b8923b\
         61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
        &P256,
    );
    all_are_verified(
        "3076301006072a8648ce3d020106052b8104002203620004ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e\
         06aae5286b300c64def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9\
         f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
        &P384,
    );
}

/// An RSA key of 1024 bits with the exponent 3, whose padding can be forged where a verifier is
/// careless.
const NIST_KEY: &str = "30819d300d06092a864886f70d010101050003818b0030818702818100a8d68acd413c5e195d5ef04e1b4faaf242365c\
                        b450196755e92e1215ba59802aafbadbf2564dd550956abb54f8b1c917844e5f36195d1088c600e07cada5c080ede679\
                        f50b3de32cf4026e514542495c54b1903768791aae9e36f082cd38e941ada89baecada61ab0dd37ad536bcb0a0946271\
                        594836e92ab5517301d45176b5020103";

/// NIST's "SigVer PKCS#1 Ver 1.5" (FIPS 186-3), SHA-1: the message, the signature, and whether it
/// is one.
const NIST: [(&str, &str, bool); 3] = [
    // Good.
    (
        "d73829497cddbe41b705faac50e7899fdb5a38bf3a459e536357029e64f8796ba47f4fe96ba5a8b9a4396746e2164f55\
         a25368ddd0b9a5188c7ac3da2d1f742286c3bdee697f9d546a25efcfe53191d743fcc6b47833d993d08804daeca78fb9\
         076c3c017f53e33a90305af06220974d46bf19ed3c9b84edbae98b45a8771258",
        "175015bda50abe0fa7d39a8353885ca01be3a7e7fcc55045744111362ee1914473a48dc537d956294b9e20a1ef661d58\
         537acdc8de908fa050630fcc272e6d001045e6fdeed2d10531c8603334c2e8db39e73e6d9665ee1343f9e4198302d220\
         1b44e8e8d06b3ef49cee6197582163a8490089ca654c0012fce1ba6511089750",
        true,
    ),
    // The hash was moved to the left, and other bytes stand behind it: what Bleichenbacher's
    // forgery looks like.
    (
        "a4397d9ab677aaa13a68a09de9ae0ed4045d479aa0ff3a7242dca477ab7884faf55cd06ddf19667f668b4589955bfd29\
         9dc7642c28a68bb2eba6f08c7ad9f5e96170913270c6463256a0537a72b32a04e5662416ecda74696d275a8bcfe99982\
         0ffc2ab210833201332f323828be7dac04c1f01f93a3dde1efe7483a51b1560d",
        "417aa0531b1da975066a1311a9bf2fa73f5daf90f0473a8937a27a9c6378c53012e0b4db3dcb5309b85a3e7f9db16184\
         8465f2e8102f75d171b4dc5371c3dca0bd70626dff5fad68549477fea84db9ac1b405440e178f5d9f74f3935e78a6aaf\
         774b86d509fb25bd1a93aac9a2cdbce6a897842ea3ae07d3c8b4c43f97e0bf75",
        false,
    ),
    // No zero between the filling and the hash.
    (
        "e4690fb08396a8bf07377778a447dbd14c771024bd2353cbbd8446eda42795971c9eda0f2575be655c68614a7cd2fd25\
         2569c664dc291410548ec3a5eb06da2078a66c59441cbc9356e5a452f4c0386d6662a663fd6b61f254997ee6d63b5e30\
         80e98d37e873ea737f17083713f7d5ce98ca79ca27d18199470c3d596caf66ed",
        "56b25cc46a9ef9607f4f0f553265996e22a4552fc6cb2752d0595e887afad29f7f9a390c17dc427c7d9f83f19f6986c6\
         0ec6d8f8017c3419cc2a838fe2425c7c80ceebfa1a0a3de507b5601609fe54b871efde685d23e546d69fbd14a30ebc2e\
         67ac99446ae4978f1b3c120103294318b253aa9fcee638907b84ac72b25e18fa",
        false,
    ),
];

#[test]
fn rsa_signatures_of_nist_over_sha1_are_told_from_forgeries() {
    let public = PublicKey::from_info_der(&unhex(NIST_KEY)).unwrap();
    for (message, signature, genuine) in NIST {
        let value = hash_of(HashAlgorithm::Sha1, &unhex(message));
        let hash = Hash::new(HashAlgorithm::Sha1, &value).unwrap();
        assert_eq!(public.verify(&hash, &unhex(signature)), Ok(genuine));
    }
}
