//! Why a profile's policies cannot be used.

/// Why a gate cannot be made. The sentence is for the person who edits the profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// Cedar cannot read a policy file.
    #[error("ポリシー`{file}`が読めません。次の箇所を直してください: {cause}")]
    Unreadable {
        /// The file's name.
        file: String,
        /// What Cedar says.
        cause: String,
    },
    /// Cedar's validator finds that a policy cannot be right.
    #[error("ポリシーの検査に通りません。次の箇所を直してください: {0}")]
    Invalid(String),
    /// A policy lacks an annotation that it must have, or has one that is unknown or malformed.
    #[error("`{file}`のポリシー`{policy}`の注釈`@{annotation}`を直してください: {cause}")]
    Annotation {
        /// The file's name.
        file: String,
        /// The policy's id, or its place in the file when it has none.
        policy: String,
        /// The annotation.
        annotation: String,
        /// What is wrong.
        cause: String,
    },
    /// Two policies have one id.
    #[error("ポリシーの識別子`{0}`が重なっています。別の名前にしてください。")]
    Twice(String),
    /// A policy cites a place that `articles.toml` does not have.
    #[error("ポリシー`{policy}`が引く`{citation}`が`articles.toml`にありません。条を加えるか、引用を直してください。")]
    Uncited {
        /// The policy's id.
        policy: String,
        /// The citation as written.
        citation: String,
    },
    /// A policy uses what the gate does not compile.
    #[error("ポリシー`{policy}`は`{what}`を使っています。使えるのは、比較、&&、||、!、if、contains と定数です。")]
    Unsupported {
        /// The policy's id.
        policy: String,
        /// The construct.
        what: String,
    },
    /// A policy speaks of a fact that its act is not decided by.
    #[error("ポリシー`{policy}`が使う事実`{fact}`は、行為`{act}`の事実にありません。`facts.toml`を確かめてください。")]
    ForeignFact {
        /// The policy's id.
        policy: String,
        /// The fact.
        fact: String,
        /// The act.
        act: String,
    },
    /// The profile lacks the act whose articles are cited for acts that nobody knows.
    #[error("プロファイルの`governing`に`session.open`がありません。根拠となる条を加えてください。")]
    NoGoverning,
}
