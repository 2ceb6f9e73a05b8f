"""What seals are made with: X25519, HKDF, AES-GCM. All of `cryptography` that we use is here."""

import secrets

from vierbein.errors.blinding import NoCipherError

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
except ImportError:
    raise NoCipherError from None

NONCE = 12
OVERHEAD = 16
"""Bytes that a ciphertext is longer than its plaintext."""


def new_private() -> bytes:
    """Draw a private key of 32 bytes."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_of(private: bytes) -> bytes:
    """Give the public key of a private one."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def agree(private: bytes, public: bytes, purpose: bytes) -> bytes:
    """Give the key of 32 bytes that two pairs share; whoever holds one private part has it.

    References
    ----------
    RFC 7748 (X25519) and RFC 5869 (HKDF).
    """
    own, theirs = (
        X25519PrivateKey.from_private_bytes(private),
        X25519PublicKey.from_public_bytes(public),
    )
    return HKDF(SHA256(), 32, None, purpose).derive(own.exchange(theirs))


def encrypt(key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    """Encrypt and authenticate with AES-256-GCM; `bound` must be the same to decrypt it."""
    return AESGCM(key).encrypt(nonce, plain, bound)


def decrypt(key: bytes, nonce: bytes, secret: bytes, bound: bytes) -> bytes | None:
    """Decrypt; nothing if the key is another, or a bit of anything was changed."""
    try:
        return AESGCM(key).decrypt(nonce, secret, bound)
    except InvalidTag:
        return None


def new_nonce() -> bytes:
    """Draw a nonce."""
    return secrets.token_bytes(NONCE)
