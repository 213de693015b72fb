// SPDX-License-Identifier: Apache-2.0

/// Whether the tests were built with optimisation. Heavy numerical tests run only then:
/// `.enabled(if: isRelease)`.
#if DEBUG
  public let isRelease = false
#else
  public let isRelease = true
#endif
