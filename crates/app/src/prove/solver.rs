//! The solver: cvc5 beside this process, asked through Cedar's symbolic compiler.

use std::ffi::OsString;
use std::time::Duration;

use cedar_policy::{Context, EvalResult, PolicySet, RequestEnv};
use cedar_policy_symcc::err::Error;
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicySet, CompiledSchema};
use sekisho_gate::proof::{Claim, Ground};
use sekisho_gate::{Fact, FactSheet};
use tokio::runtime::Runtime;

/// Longest time for one question, as the solver itself keeps it.
const QUESTION_MS_MAX: u32 = 20_000;
/// After this time the solver is given up: it did not keep its own limit.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// The solver's program: `CVC5`, or `cvc5` on the path.
fn program() -> OsString {
    std::env::var_os("CVC5").filter(|path| !path.is_empty()).unwrap_or_else(|| "cvc5".into())
}

/// The version of the solver that there is; none when there is none.
#[must_use]
pub fn version() -> Option<String> {
    let output = std::process::Command::new(program()).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_whitespace().skip_while(|word| *word != "version");
    let version = words.nth(1).filter(|_| output.status.success())?;
    Some(format!("cvc5 {version}"))
}

/// The schema of a ground as symbols, made once for all acts.
pub(crate) struct Symbols(CompiledSchema);

impl Symbols {
    pub(crate) fn new(ground: &Ground) -> Result<Self, String> {
        CompiledSchema::new(ground.schema()).map(Self).map_err(|e| e.to_string())
    }
}

/// The policies of a ground, compiled for one act.
pub(super) struct Compiled {
    policies: CompiledPolicySet,
    environment: RequestEnv,
}

/// What the solver says of a claim.
pub(crate) enum Answer {
    /// It holds for all requests.
    Holds,
    /// It does not hold for a request with this context.
    Fails(Context),
    /// It does not know; why.
    Unknown(String),
}

/// One process of the solver, started when it is first needed and kept.
pub(crate) struct Solver<'s> {
    symbols: &'s Symbols,
    runtime: Option<Runtime>,
    process: Option<CedarSymCompiler<LocalSolver>>,
}

impl<'s> Solver<'s> {
    pub(crate) fn new(symbols: &'s Symbols) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok();
        Self { symbols, runtime, process: None }
    }

    /// Compiles all policies for one act.
    pub(super) fn compile(&self, ground: &Ground, act: &str) -> Result<Compiled, String> {
        let environment = ground.environment(act).map_err(|e| e.to_string())?;
        let policies = ground.policies(act).map_err(|e| e.to_string())?;
        let policies = self.symbolic(&policies, &environment)?;
        Ok(Compiled { policies, environment })
    }

    /// Whether what the policies allow is within what the claim allows, for all requests.
    pub(super) fn decide(&mut self, compiled: &Compiled, claim: &Claim) -> Answer {
        let bound = claim.bound().map_err(|e| e.to_string());
        let bound = bound.and_then(|bound| self.symbolic(&bound, &compiled.environment));
        match bound {
            Ok(bound) => self.ask(&compiled.policies, &bound),
            Err(cause) => Answer::Unknown(cause),
        }
    }

    /// Whether what some policies allow of an act is within what others allow, for all requests.
    pub(crate) fn within(&mut self, ground: &Ground, act: &str, policies: &PolicySet, bound: &PolicySet) -> Answer {
        let environment = ground.environment(act).map_err(|e| e.to_string());
        let both = environment
            .and_then(|environment| Ok((self.symbolic(policies, &environment)?, self.symbolic(bound, &environment)?)));
        match both {
            Ok((policies, bound)) => self.ask(&policies, &bound),
            Err(cause) => Answer::Unknown(cause),
        }
    }

    fn symbolic(&self, policies: &PolicySet, environment: &RequestEnv) -> Result<CompiledPolicySet, String> {
        let schema = self.symbols.0.schema();
        let symbols = self.symbols.0.sym_env(environment).map_err(|e| e.to_string())?;
        CompiledPolicySet::compile_with_custom_symenv(policies, environment, schema, symbols).map_err(|e| e.to_string())
    }

    fn ask(&mut self, policies: &CompiledPolicySet, bound: &CompiledPolicySet) -> Answer {
        let Some(runtime) = &self.runtime else {
            return Answer::Unknown("証明の処理を始められません。".to_owned());
        };
        let answer = runtime.block_on(async {
            let mut process = match self.process.take() {
                Some(process) => process,
                None => start()?,
            };
            let question = process.check_implies_with_counterexample_opt(policies, bound);
            let answer = tokio::time::timeout(SILENCE_MAX, question).await;
            let answer = answer.map_err(|_| "証明器が時間内に答えません。".to_owned())?;
            // After an answer the process is good for the next question; after an error it is not.
            if matches!(answer, Ok(_) | Err(Error::SolverUnknown)) {
                self.process = Some(process);
            }
            answer.map_err(|e| e.to_string())
        });
        match answer {
            Ok(None) => Answer::Holds,
            Ok(Some(found)) => match found.request.context() {
                Some(context) => Answer::Fails(context.clone()),
                None => Answer::Unknown("反例に事実がありません。".to_owned()),
            },
            Err(cause) => Answer::Unknown(cause),
        }
    }
}

fn start() -> Result<CedarSymCompiler<LocalSolver>, String> {
    let mut command = tokio::process::Command::new(program());
    command.args(["--lang", "smt"]).arg(format!("--tlimit-per={QUESTION_MS_MAX}")).kill_on_drop(true);
    let solver = LocalSolver::from_command(&mut command).map_err(|e| e.to_string())?;
    CedarSymCompiler::new(solver).map_err(|e| e.to_string())
}

/// The sheet that a context of Cedar is.
pub(super) fn sheet(ground: &Ground, act: &str, context: &Context) -> Result<FactSheet, String> {
    let mut sheet = ground.gate().sheet(act).ok_or_else(|| act.to_owned())?;
    let names: Vec<String> = sheet.names().map(str::to_owned).collect();
    for name in names {
        let fact = match context.get(&name) {
            Some(EvalResult::Bool(b)) => Fact::Bool(b),
            Some(EvalResult::Long(n)) => Fact::Long(n),
            Some(EvalResult::String(code)) => Fact::from(code),
            Some(EvalResult::Set(codes)) => Fact::set(codes.iter().filter_map(|code| match code {
                EvalResult::String(code) => Some(code.as_str()),
                _ => None,
            })),
            _ => continue,
        };
        sheet.set(&name, fact);
    }
    Ok(sheet)
}
