"""A small scenario to start from."""

from __future__ import annotations

import json

_STARTER = """\
# yaml-language-server: $schema=afterleak.schema.json
# Made by `afterleak new`. For completion while typing: afterleak schema > afterleak.schema.json
# Every value may be written {{value: …, source: …}}; what has no source is listed in the report as an assumption.
# `afterleak evidence` lists the values that {{evidence: KEY}} can stand for.

format: 1
title: {title}
horizon: 30d           # simulated time
replications: 20       # how often it is simulated

estate:
  resources:           # what an attacker wants, or finds secrets in; sensitivity 1 to 5
    wiki: {{sensitivity: 2, untrusted-content: true, stores: [DEPLOY_KEY]}}
    database: {{sensitivity: 5}}
  secrets:             # standing secrets that lie in a resource
    DEPLOY_KEY: {{opens: operator}}
  roles:               # what a credential lets its holder do
    reader: {{can: {{wiki: read}}}}
    operator: {{can: {{database: admin}}}}
  tools:               # what an agent calls, and the role that a call acts with
    search: {{uses: reader, duration: {{evidence: fit.agent.tool-time}}, fails: {{evidence: fit.agent.tool-error}}}}
    query: {{uses: operator, duration: {{lognormal: {{median: 2s, p95: 20s}}}}}}

tasks:
  answer:
    needs: [wiki, database]
    steps: [search, query]
    thinking: {{evidence: fit.agent.turn-time}}   # before each call

profiles:
  office: {{starts: 9, ends: 17}}                 # Monday to Friday

agents:
  helpers:
    count: 5
    arrivals: {{poisson: {{rate: 10/day, profile: office}}}}   # tasks for each agent, averaged over the week
    tasks: {{answer: 1}}

leaks:
  log:                 # a call writes its credential where others can read it
    per-use: 0.001
    discovery: {{chance: 0.3, time: {{exponential: {{mean: 7d}}}}}}
    detection: {{chance: 0.5, time: {{exponential: {{mean: 14d}}}}}}
    remediation: {{evidence: fit.remediation.seed-mean-27d}}
  config-file:         # a stored credential is copied off the machine it lies on
    at-rest: 0.5/y
    discovery: {{chance: 0.5, time: {{exponential: {{mean: 1d}}}}}}

attacker:
  hop: {{evidence: fit.attacker.breakout}}

defender:
  intrusion: {{detection: {{time: {{evidence: fit.dwell}}}}, eviction: {{evidence: fit.eviction}}}}
  staffed: office

strategies:            # presets, as they are or changed; the first is the baseline
  static: {{}}
  jit-task: {{}}
  jit-5m: {{preset: jit-task, lifetime: 5m}}
"""


def new_scenario(title: str) -> str:
    """The text of a valid, commented scenario with this title."""
    return _STARTER.format(title=json.dumps(title, ensure_ascii=False))
