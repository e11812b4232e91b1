//! The designated city: important matters of its council.

use super::council::Council;
use super::stage::Stage;

const COUNCIL: Council = Council {
    post: "shiminkyoku_cho",
    board: "disclosure",
    article: "第6条第4項",
    sections: "市民局市民部 区政課 中央区市民総合窓口課 花見川区市民総合窓口課 情報システム課",
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_city() {
    let stage = Stage::of("chiba").await;
    COUNCIL.hears_the_board(&stage, "11").await;
}
