"""The parts of docs/scenario.md that no schema can say."""

from __future__ import annotations

TOP = """
# The scenario file

<!-- Written by `python -m sim.inputs.reference` from the schema; changes made here are lost. -->

A scenario is one YAML file: an estate, the agents that work in it, the ways in which credentials leak, an attacker, a
defender, and the strategies to compare. [model.md](model.md) says what the words mean. `afterleak check FILE` says what
is wrong with a file as `file:line:column: problem`; `afterleak new FILE` writes one to start from.

Names are yours: they start with a letter and hold letters, digits, `.`, `_` and `-`, at most 64. The same name is used
wherever a thing is referred to. Only a plain part of YAML is read: no tags, no merge keys, no duplicate keys; `yes`,
`no` and dates are text. An empty value (null) is the same as leaving the key out. A file, with all that it extends,
holds at most 64 MiB and 3,000,000 values, a single value 10,000 characters, and nothing is nested more than 30 deep:
room for the imported estate of 100,000 resources and roles with a million edges, which is read in half a minute and
two gigabytes of memory.
"""

UNITS = """
## Units

| kind | written | units |
|---|---|---|
| duration | `90s`, `15m`, `8h`, `27d` | `us`, `ms`, `s`, `m` (minutes), `h`, `d`, `w`, `y` (365 days) |
| rate | `40/day`, `0.2/h` | per `s`, `m` or `min`, `h`, `d`, `w`, `y`, or the whole word |
| money | `603k`, `32M`, `1500` | `k` thousand, `M` million, `B` thousand million; your own currency; to `1000000B` |
| probability | `0.02` | a number from 0 to 1 |

A number without its unit is an error that names the units, even 0: write `0s`.
"""

DISTRIBUTIONS = """
## Distributions

Where a distribution may stand, a plain value is a constant. Otherwise it is exactly one family. Beside the family,
`at-least` and `at-most` set what lies outside to these limits: `{lognormal: {median: 45s, p95: 9m}, at-most: 1h}`.
"""

FAMILIES = {
    "constant": "always this value",
    "lognormal": "median and p95, median and sigma, mean and sigma, or median and mean; "
    "sigma is the standard deviation of the logarithm",
    "exponential": "memoryless, with this mean",
    "weibull": "shape below 1: early or very late; above 1: around the scale",
    "uniform": "anything from low to high alike",
    "triangular": "from low to high, most often around mode",
    "gamma": "shape and mean",
    "beta": "Beta(a, b) stretched from low to high",
    "negative-binomial": "counts 0, 1, 2…; the variance is mean + mean²/k; for numbers only; "
    "the mean is at most 10000, and at most 1000 times k",
    "geometric": "counts 1, 2, 3…: tries up to the first success; for numbers only",
    "empirical": "quantiles, joined by straight lines; or `file`: a CSV file beside the scenario with one observation "
    "in each line, at most 100,000",
    "mixture": "one of several distributions, by weight",
}

EXAMPLES = {
    "constant": "15m",
    "lognormal": "{lognormal: {median: 45s, p95: 9m}}",
    "exponential": "{exponential: {mean: 27d}}",
    "weibull": "{weibull: {shape: 0.6, scale: 30d}}",
    "uniform": "{uniform: {low: 3s, high: 4s}}",
    "triangular": "{triangular: {low: 1h, mode: 2h, high: 1d}}",
    "gamma": "{gamma: {shape: 2, mean: 3d}}",
    "beta": "{beta: {a: 2, b: 5, low: 0s, high: 1h}}",
    "negative-binomial": "{negative-binomial: {mean: 5.82, k: 1.825}}",
    "geometric": "{geometric: {mean: 1.5}}",
    "empirical": "{empirical: {quantiles: {0: 1m, 0.5: 1h, 1: 7d}}}",
    "mixture": "{mixture: [{weight: 1, of: 54m}, {weight: 2, of: {exponential: {mean: 4d}}}]}",
}

SOURCES = """
## Sources and evidence

Any value, list, distribution or small group of keys may be written with its source:

```yaml
fails: {value: 0.0627, source: agent.taubench.tool_error}
duration: {value: {lognormal: {median: 2s, p95: 20s}}, source: "our own traces, March"}
```

The source is the key of an evidence row (`afterleak evidence` lists them) or free text. A source with dots and without
spaces or slashes is taken for a key and must be known. Parameters of a distribution may have sources of their own.
`{evidence: KEY}` stands for the ready-made value of a row, and cites it:

```yaml
detection: {time: {evidence: fit.dwell}}
```

A map of your own names (`can`, `then`, weights) is written with `value` and `source` together. The report lists every
value without a source as an assumption.
"""

EXTENDS = """
## Extends

`extends: FILE` at the top starts from another scenario: a file, relative to this one, or the name of a bundled one.
What is written here is laid over it. Groups of keys are merged; lists, single values and distributions are replaced
whole; null takes a key away. At most 10 files may extend one another.

```yaml
extends: coding-agents
title: Coding agents, twice as many, without leaks through tickets
agents: {coder: {count: 12}}
leaks: {ticket: null}
```
"""

STRATEGIES = """
## Strategies and presets

A strategy is a set of independent knobs. It can be written out, or start from a preset, which it then changes as an
extending scenario changes its base:

```yaml
strategies:
  static: {}                                            # the preset of that name
  rotated: {rotation: {every: 30d}}                     # the same, with one knob changed
  jit-5m: {preset: jit-task, lifetime: 5m, renewal: null}
  by-hand: {issuance: standing, sharing: kind}          # no preset
  own-escrow:                                           # with a fallback for tools that take static keys only
    preset: jit-task
    fallback: {preset: vault-lease, lifetime: 1h, renewal: null, escrow: true}
```

A fallback is written like a strategy, from a preset or without one; naming a preset starts over from that.

Compositions that make no sense, such as a standing credential with a lifetime, are refused with the reason.
"""

PRESETS = """
### The presets
"""

CHANNELS = """
## The leak channels

A channel can start from a preset too, by its name or with `preset`, and changes what it names:

```yaml
leaks:
  log: {}                                               # the preset of that name
  prompt: {per-use: 0.001}                              # the same, with one value changed
  merge-requests: {preset: repository, tools: [read-ticket]}
  spool: {at-rest: 1/y, discovery: {time: 1d}}          # no preset
```

A channel that says by itself both how it captures and its `discovery` takes nothing from a preset, whatever its name,
unless it asks for one with `preset`.

Rates are for each call of any tool, or for each agent and role; narrow a channel with `tools` and `agents` where it
stands at some only. How often a single call of an agent leaks its credential has been measured for commits and nowhere
else. Below each value stands its source, if it has one; the others are assumptions, and the comments in
`sim/data/channels.yaml` say what they rest on.
"""

POLICIES = """
## Policies

A policy set is a file in the [Cedar](https://www.cedarpolicy.com) language beside the scenario, the name of a bundled
one (`policies/coding-agents` and others), or `text` in the scenario itself. A strategy asks
it with `policy: NAME`. [model.md](model.md#policy) says when, and what follows from a denial.

Bundled policies that need no steps are there by name alone, without a section `policies`: `policy: keep-to-the-task`
permits what the task's own chain calls, and whatever else touches only what the task needs; `policy: intent-monitor`
permits everything to tasks that follow their own objective, and nothing to others. A set of the same name in the
scenario goes before.

```yaml
policies:
  guard:
    text: |
      @id("everything")
      permit(principal, action, resource);
      @id("old-credentials")
      forbid(principal in Role::"order-editor", action == Action::"change-order", resource)
      when { context.sensitivity >= 4 && context.credential_age >= 3600 && context.calls >= 5 };
    steps: {calls: [5], credential-age: [1h]}
strategies:
  jit-task: {policy: guard}
```

A request has these parts, in the shape of AuthZEN's Authorization API 1.0:

| part | in Cedar | is |
|---|---|---|
| principal | `principal in Population::"NAME"` | the agents that call |
| | `principal in Role::"NAME"` | the role that they call in |
| action | `action == Action::"NAME"` | the tool |
| resource | `resource == Resource::"NAME"` | a resource that the call touches |
| | `resource.untrusted_content` | as in the estate |
| context | `context.task_kind` | `TaskKind::"NAME"` |
| | `context.objective` | `Objective::"own"`, or `Objective::"changed"` in a task that follows another one |
| | `context.sensitivity` | of the resource, 1 to 5 |
| | `context.environment` | of the resource, `Environment::"NAME"` |
| | `context.approval` | whether the call goes no further without a person's approval |
| | `context.delegation_depth` | how many times the task was handed on; 0: it came by itself |
| | `context.calls` | calls of the task before this one, rounded down to `steps.calls` |
| | `context.credential_age` | seconds, rounded down to `steps.credential-age` |
| | `context.in_task` | whether the resource is one that the task kind `needs` |
| | `context.in_chain` | whether the tool is one that the task kind's own `steps` or `markov` calls |

The age is that of the credential that the task holds for the role; 0 if it holds none.

Every policy begins with an `@id` of its own. Policies are checked when the scenario is loaded, by Cedar's strict
validation and beyond it, and refused with the place in their file:

- syntax, types; attributes that do not exist, also behind `has`; names of tools, resources, roles and so on likewise;
- comparisons of `calls` or `credential_age` with a number that the steps do not tell apart;
- a `permit` and a `forbid` of the very same requests; a policy that no request of the scenario satisfies;
- templates; policies of more than 1000 words and signs, or with brackets more than 30 deep.

`missing` and `on-error` are for trying out what happens when requests lack an attribute that policies read. Cedar skips
a policy that fails; `on-error: deny`, the default, denies the request instead.
"""

BUDGETS = """
## Budgets

A budget says what a metric must stay within. It changes nothing that is simulated: `afterleak compare` judges it by the
95 % interval of its results, and `afterleak budgets` makes an exit code of that, for a pipeline
([how](pipelines.md)).

```yaml
budgets:
  short-exposure: {metric: exposure_window_hours_p95, strategies: [jit-task], at-most: 1h}
  attributable: {metric: audit_attributable, strategies: [jit-task, jit-action], at-least: 0.99}
  affordable: {title: what the insurance pays, metric: loss, at-most: 500k}
```

[reading-results.md](reading-results.md#the-metrics) has the keys of all metrics. The limit is written in the metric's
own unit: a duration for times, also for those summed over credentials, holders or resources (`credential-h`); a number
from 0 to 1 for shares; money; else a plain number.
"""

EDITOR = """
## Completion in your editor

```sh
afterleak schema > afterleak.schema.json
```

Editors with the YAML language server (in VS Code the extension YAML by Red Hat) complete keys, show what they mean and
mark misspelt ones, if the first line of the scenario names the schema:

```yaml
# yaml-language-server: $schema=afterleak.schema.json
```
"""

KINDS = {
    "Duration": "duration",
    "Span": "duration above 0",
    "Life": "duration, at least `1m`",
    "Rate": "rate",
    "Money": "money",
    "Probability": "0 to 1",
    "Number": "number, 0 or more",
    "Positive": "number above 0",
    "Count": "whole number, 0 or more",
    "Several": "whole number, 1 or more",
}
PLURALS = {"Duration": "durations", "Money": "money", "Number": "numbers", "Probability": "probabilities"}
