// SPDX-License-Identifier: Apache-2.0

import Nabla

/// Any text is read as a serialised function or refused; what is read is written as text that is read as the same.
func fuzzFunction(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  guard let f = try? Function(deserializing: text) else { return 0 }
  let written = f.serialized
  guard let again = try? Function(deserializing: written) else {
    fatalError("written as a text that cannot be read:\n\(written)")
  }
  precondition(again.serialized == written, "read and written again the text differs:\n\(written)")
  guard f.variables.count <= 8, f.outputs.count <= 8 else { return 0 }
  let parameters = Tensor<Double>(shape: [f.parameters.count], repeating: 0.5)
  _ = f.value(
    at: Tensor(shape: [f.variables.count], repeating: 0.75),
    parameters: f.parameters.isEmpty ? nil : parameters)
  return 0
}
