//! TLS over rustls with aws-lc-rs.
//!
//! The provider is given to each configuration: a process-wide default may be another one, or missing.

use super::Socket;
use crate::{Error, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// How to encrypt, and whom to believe.
///
/// ```
/// use manybase_driver::wire::tls;
/// let config: tls::Config = tls::verified(None)?;
/// # Ok::<(), manybase_driver::Error>(())
/// ```
pub type Config = ClientConfig;

/// A socket under TLS.
///
/// ```
/// use manybase_driver::wire::{Stream, tls};
/// fn under_tls(secure: tls::Secure) -> Stream<tls::Secure> {
///     Stream::Secure(Box::new(secure))
/// }
/// ```
pub type Secure = tokio_rustls::client::TlsStream<Socket>;

/// Whether there is TLS in this program: the crate's feature `tls`.
///
/// ```
/// assert!(manybase_driver::wire::tls::available().is_ok());
/// ```
///
/// # Errors
/// [`ErrorKind::Config`](crate::ErrorKind::Config): there is not.
pub fn available() -> Result<()> {
    Ok(())
}

/// Encrypts, and believes any certificate: `prefer` and `require`, as in libpq.
///
/// ```
/// let config = manybase_driver::wire::tls::unverified()?;
/// assert!(config.alpn_protocols.is_empty());
/// # Ok::<(), manybase_driver::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Config`](crate::ErrorKind::Config): TLS is not to be had.
pub fn unverified() -> Result<Config> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = builder(provider.clone())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    Ok(config)
}

/// The certificate must come from an authority of the file, or else of Mozilla's list, and name the host.
///
/// ```
/// use manybase_driver::wire::tls;
/// assert!(tls::verified(None).is_ok());
/// assert!(tls::verified(Some("/dev/null".as_ref())).unwrap_err().message().contains("no certificate"));
/// ```
///
/// # Errors
/// [`ErrorKind::Config`](crate::ErrorKind::Config): the file can't be read, or has no certificate.
pub fn verified(file: Option<&Path>) -> Result<Config> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) => read(file, &mut roots)?,
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let config = builder(Arc::new(aws_lc_rs::default_provider()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// Brings a socket under TLS with the server of this name.
///
/// ```
/// use manybase_driver::wire::{Place, tls};
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// // A server that closes the connection in the place of an answer.
/// let server = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let place = Place::Tcp { host: "127.0.0.1".into(), port: server.local_addr()?.port() };
/// let socket = place.dial().await?;
/// drop(server.accept().await?);
/// let config = std::sync::Arc::new(tls::unverified()?);
/// let error = tls::encrypt(&config, place.name(), socket).await.unwrap_err();
/// assert!(!tls::disagree(&error));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What the network says, or why they did not agree: see [`disagree`].
pub async fn encrypt(config: &Arc<Config>, name: &str, socket: Socket) -> io::Result<Secure> {
    let name = ServerName::try_from(name.to_owned());
    let name = name.map_err(|error| io::Error::other(rustls::Error::General(error.to_string())))?;
    TlsConnector::from(config.clone()).connect(name, socket).await
}

/// Whether an error of [`encrypt`] says that the two sides could not agree, and not that the network broke.
///
/// ```
/// let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
/// assert!(!manybase_driver::wire::tls::disagree(&reset));
/// ```
pub fn disagree(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
}

fn builder(
    provider: Arc<CryptoProvider>,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::config(format!("TLS: {error}")))
}

fn read(file: &Path, roots: &mut RootCertStore) -> Result<()> {
    let bad = |why: String| Error::config(format!("`sslrootcert` {}: {why}", file.display()));
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| bad(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| bad(error.to_string()))?;
        roots.add(certificate).map_err(|error| bad(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(bad("it has no certificate".into()));
    }
    Ok(())
}

/// Looks at nothing but the handshake's signatures.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
