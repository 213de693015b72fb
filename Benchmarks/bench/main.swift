// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

// The cold start is answered before anything else, the parsing of arguments included: its time is the
// result.
if CommandLine.arguments.dropFirst() == ["--cold"] {
  printColdHessian()
} else {
  Bench.main()
}
