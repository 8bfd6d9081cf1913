# cryptography: Rust and OpenSSL in one extension; hashes, ciphers and signatures.
# needs: cryptography
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

data = bytes(range(256)) * 400
digest = hashes.Hash(hashes.SHA256())
digest.update(data)
print(digest.finalize().hex())
code = hmac.HMAC(b"key", hashes.SHA512())
code.update(data)
print(code.finalize().hex()[:40], PBKDF2HMAC(hashes.SHA256(), 32, b"salt", 1000).derive(b"password").hex())
cipher = Cipher(algorithms.AES(b"k" * 32), modes.CTR(b"n" * 16))
sealed = cipher.encryptor().update(data)
print(sealed[:16].hex(), cipher.decryptor().update(sealed) == data)
key = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
signature = key.sign(data)
print(signature.hex())
try:
    key.public_key().verify(signature, data + b"x")
except InvalidSignature:
    print("invalid")
