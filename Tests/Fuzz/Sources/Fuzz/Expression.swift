// SPDX-License-Identifier: Apache-2.0

import Nabla

/// Any text parses or is refused; what parses prints as text that means the same, and has derivatives and values.
func fuzzExpression(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  guard let f = try? Function(parsing: text), f.variables.count <= 8 else { return 0 }
  let printed = "\(f.outputs[0])"
  guard let again = try? Function(parsing: printed, variables: f.variableNames) else {
    fatalError("\(text) is printed as \(printed), which does not parse")
  }
  let point = Tensor((0..<f.variables.count).map { 0.75 + 0.5 * Double($0) })
  let (value, other) = (f.value(at: point).item, again.value(at: point).item)
  precondition(
    value == other || value.isNaN && other.isNaN, "\(text): \(value); as printed, \(printed): \(other)")
  _ = f.evaluate([.value, .gradient, .hessian], at: point)
  _ = f.outputs[0].simplified().latex
  return 0
}
