// SPDX-License-Identifier: Apache-2.0

/// What a result is where an argument is special: the table that the instruction vfixupimm looks up.
///
/// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, VFIXUPIMMPD.
struct SpecialCases {
  enum Response: UInt32 {
    /// The result as it was computed.
    case result = 0
    /// The argument, which is NaN, as a quiet NaN.
    case argument = 2
    case nan = 3
    case negativeInfinity = 4
    case infinity = 5
    case zero = 8
  }

  /// Four bits for each kind of argument.
  let table: UInt32

  /// - Parameters:
  ///   - zero: of both zeros.
  ///   - negative: of finite numbers below zero.
  init(
    nan: Response, zero: Response, negativeInfinity: Response, infinity: Response, negative: Response
  ) {
    // Quiet and signalling NaN, zero, one, −inf, inf, negative, positive.
    let responses = [nan, nan, zero, .result, negativeInfinity, infinity, negative, .result]
    table = responses.reversed().reduce(0) { $0 << 4 | $1.rawValue }
  }
}
