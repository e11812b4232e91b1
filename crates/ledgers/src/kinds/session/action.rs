//! Signing in and out; passwords.

use crate::act;

act! {
    /// Signs in. The card, if the terminal asks for one, and the password are established by the
    /// caller's evidence.
    Open: "session.open" {
        session: String = Line(64), "番号";
        card_no: Option<String> = Line(20), "カード番号";
    }
}

act! {
    /// Ends a session: by the person, because the card was pulled, or because time ran out.
    Close: "session.close" {
        session: String = Line(64), "番号";
        close_reason: String = Code("close_reason"), "終了の理由";
    }
}

act! {
    /// Goes on in another capacity that one holds.
    SwitchCapacity: "session.switch_capacity" {
        to: String = Code("role"), "立場";
    }
}

act! {
    /// Changes one's own password; the passwords themselves travel as evidence and effect.
    ChangePassword: "password.change" {
        person: String = Person, "本人";
    }
}

act! {
    /// Gives somebody a new first password, to be changed at the next sign-in.
    ResetPassword: "password.reset" {
        person: String = Person, "職員";
    }
}

act! {
    /// Unlocks an account.
    Unlock: "account.unlock" {
        person: String = Person, "職員";
        reason: String = Lines(400), private "理由";
    }
}
