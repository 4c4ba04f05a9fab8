//! The connection to a server: whether anybody is there, TLS, and what goes with every call.

use std::error::Error as _;
use std::time::Duration;

use spark_connect_proto::spark_connect_service_client::SparkConnectServiceClient;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};

use crate::{Server, SparkError, patience};

/// The stub that calls are made by.
pub(crate) type Client = SparkConnectServiceClient<Channel>;

/// Named to the server with every call.
pub(crate) const CLIENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// Connects: TCP first, so that a server that is not there is found out in [`patience::PROBE`], then TLS.
pub(crate) async fn connect(server: &Server) -> Result<Client, SparkError> {
    probe(server).await?;
    let endpoint = endpoint(server).map_err(|error| unusable(server, &error))?;
    let Ok(connected) = timeout(patience::HANDSHAKE, endpoint.connect()).await else {
        let problem = format!("no handshake in {} s", patience::HANDSHAKE.as_secs());
        return Err(not_usable(server, problem));
    };
    let channel = connected.map_err(|error| unusable(server, &error))?;
    Ok(SparkConnectServiceClient::new(channel)
        .max_decoding_message_size(patience::MESSAGE_BYTES)
        .max_encoding_message_size(patience::MESSAGE_BYTES))
}

async fn probe(server: &Server) -> Result<(), SparkError> {
    let problem = match timeout(patience::PROBE, TcpStream::connect((server.host(), server.port()))).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no connection in {} s", patience::PROBE.as_secs()),
    };
    Err(SparkError::NotThere { server: server.to_string(), problem })
}

fn endpoint(server: &Server) -> Result<Endpoint, tonic::transport::Error> {
    let scheme = if server.tls() { "https" } else { "http" };
    let endpoint = Endpoint::from_shared(format!("{scheme}://{}", server.authority()))?
        // Some hosted servers look for Spark's version there.
        .user_agent(format!("{CLIENT} spark/4.2.0 os/{}", std::env::consts::OS))?
        .connect_timeout(patience::PROBE)
        .tcp_nodelay(true)
        .tcp_keepalive(Some(Duration::from_secs(30)))
        // Only while a call lasts: servers close connections that are pinged more often than every five minutes in between.
        // Calls do not trip over that, as the pulse makes the server send something in less time than this.
        .http2_keep_alive_interval(patience::PING)
        .keep_alive_timeout(patience::PONG)
        .keep_alive_while_idle(false);
    if server.tls() {
        endpoint.tls_config(ClientTlsConfig::new().domain_name(server.host()).with_native_roots())
    } else {
        Ok(endpoint)
    }
}

/// Why a connection that stood over TCP is of no use.
fn unusable(server: &Server, error: &tonic::transport::Error) -> SparkError {
    not_usable(server, innermost(error))
}

fn not_usable(server: &Server, problem: String) -> SparkError {
    let server_name = server.to_string();
    if server.tls() {
        SparkError::Tls { server: server_name, problem }
    } else {
        SparkError::NotThere { server: server_name, problem }
    }
}

/// The text of what an error comes from at last; those above it say `transport error`.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Whether a call failed on the way, so that it says nothing of the server's opinion.
pub(crate) fn on_the_way(status: &tonic::Status) -> bool {
    // What the server sends has no source; what happens here has.
    status.source().is_some()
}

/// What goes with every call to a server.
#[derive(Clone)]
pub(crate) struct Headers(Vec<(AsciiMetadataKey, AsciiMetadataValue)>);

impl Headers {
    /// # Errors
    /// When one of them cannot be sent; [`Server`] has seen to it that they can.
    pub(crate) fn of(server: &Server) -> Result<Self, SparkError> {
        let bearer = server.token().map(|token| ("authorization", format!("Bearer {token}")));
        let others = server.headers().iter().map(|(name, value)| (name.as_str(), value.clone()));
        others
            .chain(bearer)
            .map(|(name, value)| {
                let unsendable = || SparkError::Url {
                    url: server.to_string(),
                    problem: format!("the header `{name}` cannot be sent"),
                };
                let key = AsciiMetadataKey::from_bytes(name.as_bytes()).map_err(|_| unsendable())?;
                let mut value = AsciiMetadataValue::try_from(value).map_err(|_| unsendable())?;
                value.set_sensitive(true);
                Ok((key, value))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// A message with them.
    pub(crate) fn with<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        for (key, value) in &self.0 {
            request.metadata_mut().insert(key.clone(), value.clone());
        }
        request
    }
}
