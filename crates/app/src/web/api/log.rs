//! The log as C2SP tlog-tiles serves it: checkpoint, tiles, entry bundles.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sekisho_record::tile::{Resource, TILE_WIDTH, encode_bundle};

use crate::web::Web;
use crate::web::call::{Call, Reply};
use crate::web::fault::Fault;

/// `GET /log/checkpoint`
pub(crate) fn checkpoint(web: &Web, _: &Call) -> Reply {
    Ok(text(web.desk.house().checkpoint()))
}

/// `GET /log/vkey`
pub(crate) fn vkey(web: &Web, _: &Call) -> Reply {
    Ok(text(format!("{}\n", web.desk.house().verifier())))
}

fn text(body: String) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response()
}

/// `GET /log/tile/…`: hashes.
pub(crate) fn tile(web: &Web, call: &Call) -> Reply {
    match Resource::parse(&format!("tile/{}", call.param("path"))) {
        Ok(Resource::Tile(id)) => {
            let bytes = web.desk.house().tile(id)?.ok_or(Fault::NotFound)?;
            Ok(tile_answer(bytes))
        }
        _ => Err(Fault::NotFound),
    }
}

/// `GET /log/tile/entries/…`: the entries themselves.
pub(crate) fn entries(web: &Web, call: &Call) -> Reply {
    let Ok(Resource::Entries(id)) = Resource::parse(&format!("tile/entries/{}", call.param("path"))) else {
        return Err(Fault::NotFound);
    };
    let from = id.index.saturating_mul(u64::from(TILE_WIDTH));
    let to = from.saturating_add(u64::from(id.width));
    let house = web.desk.house();
    if to > house.reach().0 {
        return Err(Fault::NotFound);
    }
    let leaves = house.ground().store.leaves(from, to)?;
    let bundle = encode_bundle(leaves.iter().map(|leaf| leaf.bytes.as_slice()));
    bundle.map(tile_answer).map_err(|e| Fault::Internal(e.to_string()))
}

/// What stands in a tile of one width never changes.
fn tile_answer(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}
