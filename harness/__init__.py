"""The harness: the product around the cases, which is the pytest plugin and the commands of `plugproof`.

Who writes a case imports the ``vocabulary`` of its version and role: `harness.v16.csms.vocabulary`,
`harness.v16.charge_point.vocabulary`, `harness.v201.csms.vocabulary`. Who writes an operator or a driver of their own
finds what it has to have in `harness.adapters.operators` and `harness.adapters.drivers`. How commands end is in
`harness.exit_codes`.
"""
