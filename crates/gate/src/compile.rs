//! The compiler from Cedar's JSON form to a program over fact slots.

use crate::facts::Fact;

/// A condition. Every node is what Cedar means by it, over slots instead of attributes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Value(Fact),
    Slot(usize),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Compare(Compare, Box<Expr>, Box<Expr>),
    Contains(Box<Expr>, Box<Expr>),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}
