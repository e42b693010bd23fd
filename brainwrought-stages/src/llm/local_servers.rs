//! [`LocalServers`]: the model servers of this machine, and what they have.

use serde_json::Value;

use super::local_model::{LocalModel, of_lm_studio, of_ollama, of_openai};
use crate::provider::{Network, ProviderError, ask_local};

/// Where Ollama, llama.cpp and LM Studio listen unless they are told otherwise.
pub const LOCAL_SERVERS: [&str; 3] =
    ["http://127.0.0.1:11434", "http://127.0.0.1:8080", "http://127.0.0.1:1234"];

/// How the models of a server are read from a list, and where the list is. The ones of more detail come first: Ollama and
/// LM Studio also list their models as OpenAI does.
type List = (&'static str, fn(&str, &Value) -> Option<Vec<LocalModel>>);

const LISTS: [List; 3] =
    [("/api/tags", of_ollama), ("/api/v0/models", of_lm_studio), ("/v1/models", of_openai)];

/// Lists the models of the servers on this machine at these addresses, such as [`LOCAL_SERVERS`]. A server that does not
/// answer has none.
///
/// # Errors
///
/// Fails when the network is off, and when an address is not one of this machine.
pub async fn local_models(network: Network, servers: &[String]) -> Result<Vec<LocalModel>, ProviderError> {
    let mut models = Vec::new();
    // One after another: on the same machine nobody is waited for who is not there.
    for base in servers {
        models.extend(models_at(network, base.trim_end_matches('/')).await?);
    }
    Ok(models)
}

async fn models_at(network: Network, base: &str) -> Result<Vec<LocalModel>, ProviderError> {
    for (path, read) in LISTS {
        match ask_local(network, &format!("{base}{path}")).await {
            Ok(listed) => {
                if let Some(models) = listed.and_then(|listed| read(base, &listed)) {
                    return Ok(models);
                }
            }
            Err(
                error @ (ProviderError::Offline { .. }
                | ProviderError::Misconfigured { .. }
                | ProviderError::MissingFeature(_)),
            ) => return Err(error),
            // Nobody is there, or somebody else.
            Err(_) => return Ok(Vec::new()),
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
#[cfg(feature = "providers")]
mod tests {
    use serde_json::json;

    use super::super::local_model::{LocalServer, best_local_model};
    use super::*;
    use crate::provider::scripted_server::{Act, ScriptedServer, json as answer};

    #[tokio::test]
    async fn servers_are_told_apart_by_what_they_answer() {
        let missing = || Act::Answer(404, "", String::new());
        let ollama = ScriptedServer::start(vec![answer(
            200,
            &json!({ "models": [{ "name": "qwen2.5:7b", "size": 4_700_000_000_u64 }] }),
        )])
        .await;
        let studio = ScriptedServer::start(vec![
            missing(),
            answer(200, &json!({ "data": [{ "id": "gemma-3-4b-it", "type": "llm" }] })),
        ])
        .await;
        let llama = ScriptedServer::start(vec![
            missing(),
            missing(),
            answer(200, &json!({ "data": [{ "id": "tiny", "meta": { "n_params": 135_000_000 } }] })),
        ])
        .await;
        let page =
            ScriptedServer::start(vec![Act::Answer(200, "", "<html>".to_owned()), missing(), missing()])
                .await;
        let nobody = "http://127.0.0.1:9".to_owned();
        let servers = [format!("{}/", ollama.url), nobody, page.url, llama.url.clone(), studio.url.clone()];
        let found = local_models(Network::On, &servers).await.unwrap();
        let seen: Vec<(LocalServer, &str)> =
            found.iter().map(|model| (model.server, model.name.as_str())).collect();
        assert_eq!(
            seen,
            [
                (LocalServer::Ollama, "qwen2.5:7b"),
                (LocalServer::LlamaCpp, "tiny"),
                (LocalServer::LmStudio, "gemma-3-4b-it"),
            ]
        );
        let best = best_local_model(&found, None).unwrap();
        assert_eq!(best.choice().to_string(), format!("{}/v1#qwen2.5:7b", ollama.url));
        assert!(studio.requests().iter().all(|request| request.starts_with("GET /")));
    }

    #[tokio::test]
    async fn nobody_is_asked_offline_or_elsewhere() {
        let server = ScriptedServer::start(vec![]).await;
        let error = local_models(Network::Off, std::slice::from_ref(&server.url)).await.unwrap_err();
        assert!(matches!(error, ProviderError::Offline { .. }), "{error}");
        assert_eq!(server.requests(), Vec::<String>::new());
        for elsewhere in ["http://192.0.2.7:11434", "http://example.com", "11434"] {
            let error = local_models(Network::On, &[elsewhere.to_owned()]).await.unwrap_err();
            assert!(matches!(error, ProviderError::Misconfigured { .. }), "{error}");
        }
    }
}
