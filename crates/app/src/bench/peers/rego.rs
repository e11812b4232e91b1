//! Rego: the family's policies translated, each alternative a body of its own as one would write it
//! by hand, and run by regorus in both of its ways.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::str::FromStr as _;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use sekisho_gate::PolicyInfo;
use serde_json::Value as Json;

use crate::bench::BenchError;
use crate::bench::requests::Request;
use sekisho_regulation::profile::Plain;

/// What is asked.
const QUESTION: &str = "data.sekisho.allow";

/// Alternatives, each a list of conditions that must all hold.
type Alternatives = Vec<Vec<String>>;

/// The policies in Rego.
pub(super) fn translate(policies: &[PolicyInfo]) -> Result<String, BenchError> {
    let mut text = "package sekisho\n\nimport rego.v1\n\ndefault allow := false\n\n\
                    allow if {\n    count(forbids) == 0\n    count(permits) > 0\n}\n"
        .to_owned();
    for policy in policies {
        let parsed = cedar_policy::Policy::from_str(&policy.source).map_err(BenchError::wrong)?;
        let json = parsed.to_json().map_err(BenchError::wrong)?;
        let set = if policy.permits { "permits" } else { "forbids" };
        let acts: Vec<String> = policy.acts.iter().map(|act| format!("\"{act}\"")).collect();
        let clauses = json.get("conditions").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut bodies: Alternatives = vec![Vec::new()];
        for clause in clauses {
            let positive = clause.get("kind").and_then(Json::as_str) == Some("when");
            bodies = both(&bodies, &alternatives(part(clause, "body")?, positive)?);
        }
        for body in bodies {
            // Writing to a string does not fail.
            let _ =
                writeln!(text, "\n{set} contains \"{}\" if {{\n    input.act in {{{}}}", policy.id, acts.join(", "));
            for condition in body {
                let _ = writeln!(text, "    {condition}");
            }
            text.push_str("}\n");
        }
    }
    Ok(text)
}

/// The input of a request.
pub(super) fn input(request: &Request) -> Value {
    let facts = request.facts.iter().map(|(name, value)| {
        let value = match value {
            Plain::Bool(yes) => Value::from(*yes),
            Plain::Long(number) => Value::from(*number),
            Plain::Text(text) => Value::from(text.as_str()),
        };
        (Value::from(name.as_str()), value)
    });
    let facts = Value::from(facts.collect::<BTreeMap<_, _>>());
    let act = Value::from(request.act.as_str());
    Value::from(BTreeMap::from([(Value::from("act"), act), (Value::from("facts"), facts)]))
}

/// The interpreter.
pub(super) struct Interpreter(regorus::CompiledPolicy);

impl Interpreter {
    pub(super) fn new(text: &str) -> Result<Self, BenchError> {
        compiled(text).map(Self)
    }

    pub(super) fn decide(&mut self, input: Value) -> Result<bool, BenchError> {
        Ok(self.0.eval_with_input(input).map_err(BenchError::wrong)? == Value::from(true))
    }
}

/// The virtual machine, kept warm.
pub(super) struct Machine(RegoVM);

impl Machine {
    pub(super) fn new(text: &str) -> Result<Self, BenchError> {
        let program = Compiler::compile_from_policy(&compiled(text)?, &[QUESTION]).map_err(BenchError::wrong)?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        Ok(Self(machine))
    }

    pub(super) fn decide(&mut self, input: Value) -> Result<bool, BenchError> {
        self.0.set_input(input);
        Ok(self.0.execute().map_err(BenchError::wrong)? == Value::from(true))
    }
}

fn compiled(text: &str) -> Result<regorus::CompiledPolicy, BenchError> {
    let mut engine = Engine::new();
    engine.add_policy("sekisho.rego".to_owned(), text.to_owned()).map_err(BenchError::wrong)?;
    engine.compile_with_entrypoint(&QUESTION.into()).map_err(BenchError::wrong)
}

/// The ways in which an expression of Cedar's JSON form can be true (or false).
fn alternatives(expr: &Json, positive: bool) -> Result<Alternatives, BenchError> {
    let node = expr.as_object().and_then(|node| node.iter().next());
    let (op, args) = node.ok_or_else(|| unknown(expr))?;
    let side = |name: &str, positive: bool| alternatives(part(args, name)?, positive);
    let compare = |yes: &str, no: &str| {
        let (left, right) = (term(part(args, "left")?)?, term(part(args, "right")?)?);
        Ok(vec![vec![format!("{left} {} {right}", if positive { yes } else { no })]])
    };
    match (op.as_str(), positive) {
        ("!", _) => side("arg", !positive),
        ("&&", true) | ("||", false) => Ok(both(&side("left", positive)?, &side("right", positive)?)),
        ("||", true) | ("&&", false) => Ok([side("left", positive)?, side("right", positive)?].concat()),
        ("if-then-else", _) => {
            let yes = both(&side("if", true)?, &side("then", positive)?);
            Ok([yes, both(&side("if", false)?, &side("else", positive)?)].concat())
        }
        ("==", _) => compare("==", "!="),
        ("!=", _) => compare("!=", "=="),
        ("<", _) => compare("<", ">="),
        ("<=", _) => compare("<=", ">"),
        (">", _) => compare(">", "<="),
        (">=", _) => compare(">=", "<"),
        ("contains", _) => {
            let (set, element) = (term(part(args, "left")?)?, term(part(args, "right")?)?);
            Ok(vec![vec![format!("{}{element} in {set}", if positive { "" } else { "not " })]])
        }
        (".", _) => Ok(vec![vec![format!("{}{}", if positive { "" } else { "not " }, term(expr)?)]]),
        ("Value", _) => match args.as_bool() {
            Some(value) if value == positive => Ok(vec![Vec::new()]),
            Some(_) => Ok(Vec::new()),
            None => Err(unknown(expr)),
        },
        _ => Err(unknown(expr)),
    }
}

fn both(left: &Alternatives, right: &Alternatives) -> Alternatives {
    left.iter().flat_map(|l| right.iter().map(move |r| [l.as_slice(), r].concat())).collect()
}

fn term(expr: &Json) -> Result<String, BenchError> {
    if let Some(attribute) = expr.get(".").and_then(|access| access.get("attr")).and_then(Json::as_str) {
        return Ok(format!("input.facts.{attribute}"));
    }
    if let Some(items) = expr.get("Set").and_then(Json::as_array) {
        let items: Vec<String> = items.iter().map(term).collect::<Result<_, _>>()?;
        return Ok(format!("{{{}}}", items.join(", ")));
    }
    expr.get("Value").map(Json::to_string).ok_or_else(|| unknown(expr))
}

fn part<'j>(json: &'j Json, name: &str) -> Result<&'j Json, BenchError> {
    json.get(name).ok_or_else(|| unknown(json))
}

fn unknown(expr: &Json) -> BenchError {
    BenchError::wrong(format!("`{expr}` has no translation into Rego"))
}
