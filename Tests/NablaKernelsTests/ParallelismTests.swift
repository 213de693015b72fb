// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import NablaExpressions
import NablaKernels
import Synchronization
import Testing
import TestSupport

// Serialised: these tests change the number of threads of the whole process.
@Suite(.serialized) struct ParallelismTests {
  @Test(arguments: [0, 1, 511, 512, 513, 10_000, 123_457], [0.1, 10, 1e4, 1e9])
  func chunksCoverEveryItemOnce(count: Int, cost: Double) {
    nonisolated(unsafe) let visits = UnsafeMutablePointer<UInt8>.allocate(capacity: count + 1)
    visits.initialize(repeating: 0, count: count + 1)
    defer { visits.deallocate() }
    Parallelism.forEachChunk(of: count, costPerItem: cost) { range in
      for i in range { visits[i] += 1 }
    }
    #expect((0..<count).allSatisfy { visits[$0] == 1 })
    #expect(visits[count] == 0)
  }

  /// Computations from several threads at once, and inside of others, with threads that are awake and asleep.
  @Test func computationsMayMeet() {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let errors = Atomic<Int>(0)
    for threads in [2, 3, 8] {
      Parallelism.threadCount = threads
      DispatchQueue.concurrentPerform(iterations: 4) { caller in
        for turn in 0..<(isRelease ? 1000 : 200) {
          let sum = Atomic<Int>(0)
          let count = 1 + (turn * 7 + caller) % 40
          Parallelism.forEachChunk(of: count, costPerItem: 1e6) { range in
            for i in range {
              if turn % 5 == 0 {
                Parallelism.forEachChunk(of: 3, costPerItem: 1e6) { inner in
                  for _ in inner { sum.add(i, ordering: .relaxed) }
                }
              } else {
                sum.add(3 * i, ordering: .relaxed)
              }
            }
          }
          // All of it is done, and visible here.
          if sum.load(ordering: .relaxed) != 3 * count * (count - 1) / 2 {
            errors.add(1, ordering: .relaxed)
          }
          // Long enough for threads to fall asleep.
          if turn % 50 == 0 { usleep(300) }
        }
      }
    }
    #expect(errors.load(ordering: .relaxed) == 0)
  }

  @Test func threadCountIsAtLeastOne() {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    #expect(before >= 1)
    Parallelism.threadCount = -3
    #expect(Parallelism.threadCount == 1)
  }

  @Test func threadsDoNotChangeBits() {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let x = Expr.variable("x"), y = Expr.variable("y"), z = Expr.variable("z")
    let outputs = [sin(x) * exp(y), tanh(x * y) + z]
    var generator = SplitMix64(seed: 3)
    let points: [[Double]] = randomPoints(20_000, dimension: 3, within: 3, using: &generator)
    Parallelism.threadCount = 1
    let single = run(outputs, [x, y, z], points)
    for threads in [2, 3, 8] {
      Parallelism.threadCount = threads
      #expect(run(outputs, [x, y, z], points) == single)
    }
  }
}
