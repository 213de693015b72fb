// SPDX-License-Identifier: Apache-2.0

import Nabla

extension StoppingReason {
  /// Why a run ended, in the words of a command, whose callbacks end a run only after a signal.
  var explanation: String { self == .stoppedByCallback ? "it was interrupted" : advice }
}
