// SPDX-License-Identifier: Apache-2.0

internal import NablaKernels

/// How far a proof that a list of critical points is complete may go.
public struct CertificationOptions: Sendable {
  /// The proof ends once this has passed, with what it has decided by then. A fifth of it, half a second at most, is
  /// kept for a search by starts of what is left open.
  public var timeLimit = Duration.seconds(10)

  /// The most boxes that are looked at.
  public var maxBoxes = 5_000_000

  /// Machine code is made for a proof that takes longer than to make it, as far as can be told: after so many boxes.
  /// They take 0.5 to 1 ms, and the code 1 to 6 ms, after which a box takes a tenth of the time. With AVX2, which has
  /// no directed rounding, code is twice as long and takes a third of the time.
  package var boxesBeforeKernels = InstructionSet.current == .avx512 ? 256 : 4096

  /// The defaults.
  public init() {}
}

/// What a proof did.
public struct CertificationStatistics: Hashable, Sendable {
  /// Boxes that were looked at.
  public var boxes = 0
  /// Boxes that were left undecided, before those that touch were joined.
  public var undecided = 0
  /// Why the proof ended.
  public var end = End.decided

  /// Why a proof ended.
  public enum End: String, Sendable {
    /// Every part of the box is decided.
    case decided
    /// What is left is smaller than 10⁻⁸ of the box.
    case smallBoxes
    /// What is left are sets of critical points that are not isolated.
    case nonIsolated
    /// ``CertificationOptions/maxBoxes``.
    case maxBoxes
    /// ``CertificationOptions/timeLimit``.
    case timeLimit
    /// It was cancelled.
    case cancelled
  }
}
