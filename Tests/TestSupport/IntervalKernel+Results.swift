// SPDX-License-Identifier: Apache-2.0

package import NablaExpressions
package import NablaKernels

extension IntervalKernel {
  /// The outputs for each box, whose sides are the inputs.
  package func results(_ boxes: [[Interval]]) -> [[Double]] {
    let count = (boxes.count + Self.unit - 1) / Self.unit * Self.unit
    var inputs = [Double](repeating: 0, count: inputCount * count)
    var outputs = [Double](repeating: .nan, count: outputCount * count)
    for i in 0..<count {
      // Lanes without a box repeat the last one.
      for (c, bound) in boxes[Swift.min(i, boxes.count - 1)].flatMap({ [$0.lower, $0.upper] }).enumerated() {
        inputs[Self.place(of: c, box: i, count: inputCount)] = bound
      }
    }
    inputs.withUnsafeMutableBufferPointer { inputs in
      outputs.withUnsafeMutableBufferPointer { outputs in
        guard let inputs = inputs.baseAddress, let outputs = outputs.baseAddress else { return }
        run(count: count, inputs: inputs, outputs: outputs)
      }
    }
    return boxes.indices.map { i in
      (0..<outputCount).map { outputs[Self.place(of: $0, box: i, count: outputCount)] }
    }
  }
}

extension Interval {
  /// The interval between two bounds that machine code has left; empty where they are those of none, which keeps no
  /// number.
  package init(bounds low: Double, _ high: Double) {
    self = low <= high && low < .infinity && high > -.infinity ? Interval(low, high) : .empty
  }
}
