//! RustCrypto, narrowed to the one suite that Sotto speaks. Every algorithm is checked and then
//! named as a constant, so that a group can't be talked into another and the compiler drops what
//! is never used (three further curves and three signature schemes). No cryptography of our own.

use hpke_rs::{Hpke, Mode};
use hpke_rs_crypto::{
    HpkeCrypto,
    error::Error,
    types::{AeadAlgorithm, KdfAlgorithm, KemAlgorithm},
};
use hpke_rs_rust_crypto::{HpkeRustCrypto, HpkeRustCryptoPrng};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::{
    crypto::OpenMlsCrypto,
    types::{
        AeadType, Ciphersuite, CryptoError, ExporterSecret, HashType, HpkeAeadType, HpkeCiphertext,
        HpkeConfig, HpkeKdfType, HpkeKemType, HpkeKeyPair, SignatureScheme,
    },
};
use tls_codec::SecretVLBytes;

use super::CIPHERSUITE;
use crate::identity;

const KEM: KemAlgorithm = KemAlgorithm::XWingDraft06;
const KDF: KdfAlgorithm = KdfAlgorithm::HkdfSha256;
const AEAD: AeadAlgorithm = AeadAlgorithm::Aes128Gcm;

/// The suite's algorithms for openmls.
#[derive(Default)]
pub struct SuiteCrypto(RustCrypto);

fn only<T: PartialEq>(given: T, ours: T) -> Result<(), CryptoError> {
    if given == ours {
        Ok(())
    } else {
        Err(CryptoError::UnsupportedCiphersuite)
    }
}

fn hpke(config: &HpkeConfig) -> Result<Hpke<SuiteHpke>, CryptoError> {
    only(config.0, HpkeKemType::XWingKemDraft6)?;
    only(config.1, HpkeKdfType::HkdfSha256)?;
    only(config.2, HpkeAeadType::AesGcm128)?;
    Ok(Hpke::new(Mode::Base, KEM, KDF, AEAD))
}

impl OpenMlsCrypto for SuiteCrypto {
    fn supports(&self, ciphersuite: Ciphersuite) -> Result<(), CryptoError> {
        only(ciphersuite, CIPHERSUITE)
    }

    fn supported_ciphersuites(&self) -> Vec<Ciphersuite> {
        vec![CIPHERSUITE]
    }

    fn hkdf_extract(
        &self,
        hash: HashType,
        salt: &[u8],
        ikm: &[u8],
    ) -> Result<SecretVLBytes, CryptoError> {
        only(hash, HashType::Sha2_256)?;
        self.0.hkdf_extract(HashType::Sha2_256, salt, ikm)
    }

    fn hmac(
        &self,
        hash: HashType,
        key: &[u8],
        message: &[u8],
    ) -> Result<SecretVLBytes, CryptoError> {
        only(hash, HashType::Sha2_256)?;
        self.0.hmac(HashType::Sha2_256, key, message)
    }

    fn hkdf_expand(
        &self,
        hash: HashType,
        prk: &[u8],
        info: &[u8],
        length: usize,
    ) -> Result<SecretVLBytes, CryptoError> {
        only(hash, HashType::Sha2_256)?;
        self.0.hkdf_expand(HashType::Sha2_256, prk, info, length)
    }

    fn hash(&self, hash: HashType, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        only(hash, HashType::Sha2_256)?;
        self.0.hash(HashType::Sha2_256, data)
    }

    fn aead_encrypt(
        &self,
        aead: AeadType,
        key: &[u8],
        data: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        only(aead, AeadType::Aes128Gcm)?;
        self.0
            .aead_encrypt(AeadType::Aes128Gcm, key, data, nonce, aad)
    }

    fn aead_decrypt(
        &self,
        aead: AeadType,
        key: &[u8],
        sealed: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        only(aead, AeadType::Aes128Gcm)?;
        self.0
            .aead_decrypt(AeadType::Aes128Gcm, key, sealed, nonce, aad)
    }

    /// Signature keys are made by `identity`.
    fn signature_key_gen(&self, _: SignatureScheme) -> Result<(Vec<u8>, Vec<u8>), CryptoError> {
        Err(CryptoError::UnsupportedSignatureScheme)
    }

    fn verify_signature(
        &self,
        scheme: SignatureScheme,
        data: &[u8],
        key: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        only(scheme, SignatureScheme::ED25519)?;
        let key = key.try_into().map_err(|_| CryptoError::InvalidLength)?;
        let signature = signature
            .try_into()
            .map_err(|_| CryptoError::InvalidLength)?;
        let holds = identity::verify(key, data, signature);
        if holds {
            Ok(())
        } else {
            Err(CryptoError::InvalidSignature)
        }
    }

    /// Signing is `identity`'s.
    fn sign(&self, _: SignatureScheme, _: &[u8], _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Err(CryptoError::UnsupportedSignatureScheme)
    }

    fn hpke_seal(
        &self,
        config: HpkeConfig,
        recipient: &[u8],
        info: &[u8],
        aad: &[u8],
        plain: &[u8],
    ) -> Result<HpkeCiphertext, CryptoError> {
        let (kem_output, ciphertext) = hpke(&config)?
            .seal(&recipient.into(), info, aad, plain, None, None, None)
            .map_err(|_| CryptoError::HpkeEncryptionError)?;
        Ok(HpkeCiphertext {
            kem_output: kem_output.into(),
            ciphertext: ciphertext.into(),
        })
    }

    fn hpke_open(
        &self,
        config: HpkeConfig,
        input: &HpkeCiphertext,
        key: &[u8],
        info: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let (kem_output, ciphertext) = (input.kem_output.as_slice(), input.ciphertext.as_slice());
        hpke(&config)?
            .open(
                kem_output,
                &key.into(),
                info,
                aad,
                ciphertext,
                None,
                None,
                None,
            )
            .map_err(|_| CryptoError::HpkeDecryptionError)
    }

    /// For external commits, which Sotto doesn't make.
    fn hpke_setup_sender_and_export(
        &self,
        _: HpkeConfig,
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: usize,
    ) -> Result<(Vec<u8>, ExporterSecret), CryptoError> {
        Err(CryptoError::SenderSetupError)
    }

    /// For external commits, which Sotto doesn't take.
    fn hpke_setup_receiver_and_export(
        &self,
        _: HpkeConfig,
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: usize,
    ) -> Result<ExporterSecret, CryptoError> {
        Err(CryptoError::ReceiverSetupError)
    }

    fn derive_hpke_keypair(
        &self,
        config: HpkeConfig,
        ikm: &[u8],
    ) -> Result<HpkeKeyPair, CryptoError> {
        let pair = hpke(&config)?
            .derive_key_pair(ikm)
            .map_err(|_| CryptoError::CryptoLibraryError)?;
        let (private, public) = pair.into_keys();
        Ok(HpkeKeyPair {
            private: private.as_slice().into(),
            public: public.as_slice().into(),
        })
    }
}

/// The suite's algorithms for HPKE. Its callers above let no other get here.
#[derive(Debug)]
struct SuiteHpke;

impl HpkeCrypto for SuiteHpke {
    type HpkePrng = HpkeRustCryptoPrng;

    fn name() -> String {
        "Sotto's suite".into()
    }

    fn supports_kdf(kdf: KdfAlgorithm) -> Result<(), Error> {
        if kdf == KDF {
            Ok(())
        } else {
            Err(Error::UnknownKdfAlgorithm)
        }
    }

    fn supports_kem(kem: KemAlgorithm) -> Result<(), Error> {
        if kem == KEM {
            Ok(())
        } else {
            Err(Error::UnknownKemAlgorithm)
        }
    }

    fn supports_aead(aead: AeadAlgorithm) -> Result<(), Error> {
        if aead == AEAD {
            Ok(())
        } else {
            Err(Error::UnknownAeadAlgorithm)
        }
    }

    fn prng() -> HpkeRustCryptoPrng {
        HpkeRustCrypto::prng()
    }

    fn kdf_extract(_: KdfAlgorithm, salt: &[u8], ikm: &[u8]) -> Result<Vec<u8>, Error> {
        HpkeRustCrypto::kdf_extract(KDF, salt, ikm)
    }

    fn kdf_expand(
        _: KdfAlgorithm,
        prk: &[u8],
        info: &[u8],
        length: usize,
    ) -> Result<Vec<u8>, Error> {
        HpkeRustCrypto::kdf_expand(KDF, prk, info, length)
    }

    fn dh(_: KemAlgorithm, _: &[u8], _: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Error::UnsupportedKemOperation)
    }

    fn secret_to_public(_: KemAlgorithm, _: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Error::UnsupportedKemOperation)
    }

    fn kem_key_gen(
        _: KemAlgorithm,
        _: &mut HpkeRustCryptoPrng,
    ) -> Result<(Vec<u8>, Vec<u8>), Error> {
        Err(Error::UnsupportedKemOperation)
    }

    fn kem_key_gen_derand(_: KemAlgorithm, seed: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
        HpkeRustCrypto::kem_key_gen_derand(KEM, seed)
    }

    fn kem_encaps(
        _: KemAlgorithm,
        recipient: &[u8],
        prng: &mut HpkeRustCryptoPrng,
    ) -> Result<(Vec<u8>, Vec<u8>), Error> {
        #[cfg(feature = "repeatable")]
        if let Some(encapsulated) = super::repeatable::encapsulate(recipient) {
            return encapsulated;
        }
        HpkeRustCrypto::kem_encaps(KEM, recipient, prng)
    }

    fn kem_decaps(_: KemAlgorithm, encapsulated: &[u8], key: &[u8]) -> Result<Vec<u8>, Error> {
        HpkeRustCrypto::kem_decaps(KEM, encapsulated, key)
    }

    fn dh_validate_sk(_: KemAlgorithm, _: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Error::UnsupportedKemOperation)
    }

    fn aead_seal(
        _: AeadAlgorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        message: &[u8],
    ) -> Result<Vec<u8>, Error> {
        HpkeRustCrypto::aead_seal(AEAD, key, nonce, aad, message)
    }

    fn aead_open(
        _: AeadAlgorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        message: &[u8],
    ) -> Result<Vec<u8>, Error> {
        HpkeRustCrypto::aead_open(AEAD, key, nonce, aad, message)
    }
}
