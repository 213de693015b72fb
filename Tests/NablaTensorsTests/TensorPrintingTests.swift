// SPDX-License-Identifier: Apache-2.0

// Every expected text was printed by NumPy 2.4.6: `print(np.array(...))`.
import NablaTensors
import Testing

struct PrintingCase<Scalar: TensorScalar>: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let tensor: Tensor<Scalar>
  let expected: String

  init(_ name: String, _ tensor: Tensor<Scalar>, _ expected: String) {
    (testDescription, self.tensor, self.expected) = (name, tensor, expected)
  }
}

@Suite struct TensorPrintingTests {
  @Test(arguments: doubleCases)
  func printsLikeNumPy(_ example: PrintingCase<Double>) {
    #expect(example.tensor.description == example.expected)
  }

  @Test(arguments: floatCases)
  func printsFloatsLikeNumPy(_ example: PrintingCase<Float>) {
    #expect(example.tensor.description == example.expected)
  }

  @Test func zeroDimensionalPrintsItsNumber() {
    #expect(Tensor(2.5).description == "2.5")
    #expect(Tensor<Float>(0.1).description == "0.1")
  }

  @Test func debugDescriptionNamesTheShape() {
    let tensor: Tensor<Float> = [[1, 2]]
    #expect(tensor.debugDescription == "Tensor<Float> [1, 2]\n[[1. 2.]]")
  }
}

private let doubleCases: [PrintingCase<Double>] = [
  PrintingCase(
    "integers", [[1, 2], [3, 4]],
    """
    [[1. 2.]
     [3. 4.]]
    """),
  PrintingCase(
    "mixed widths", [1, 10, 100],
    """
    [  1.  10. 100.]
    """),
  PrintingCase(
    "fractions", [[1.5, -2.25], [3.14159265358979, 0]],
    """
    [[ 1.5        -2.25      ]
     [ 3.14159265  0.        ]]
    """),
  PrintingCase(
    "long digits", [0.1, 0.12345678901234, 0.3333333333333333],
    """
    [0.1        0.12345679 0.33333333]
    """),
  PrintingCase(
    "negative zero", [-0.0, 1],
    """
    [-0.  1.]
    """),
  PrintingCase(
    "large", [1e8, 1],
    """
    [1.e+08 1.e+00]
    """),
  PrintingCase(
    "just below large", [99999999.0, 1e6],
    """
    [99999999.  1000000.]
    """),
  PrintingCase(
    "a span of 1000", [1, 1000],
    """
    [   1. 1000.]
    """),
  PrintingCase(
    "a span of more", [1, 1001.5],
    """
    [1.0000e+00 1.0015e+03]
    """),
  PrintingCase(
    "small", [0.00001, 1e-4],
    """
    [1.e-05 1.e-04]
    """),
  PrintingCase(
    "three-digit exponents", [1e-300, 1e300, 3.5],
    """
    [1.0e-300 1.0e+300 3.5e+000]
    """),
  PrintingCase(
    "rounded mantissa", [3.3333333333333335e-11, -2e-5],
    """
    [ 3.33333333e-11 -2.00000000e-05]
    """),
  PrintingCase(
    "NaN and infinity", Tensor([.nan, 1.5, .infinity]),
    """
    [nan 1.5 inf]
    """),
  PrintingCase(
    "minus infinity", Tensor([-.infinity, 1]),
    """
    [-inf   1.]
    """),
  PrintingCase(
    "only NaN", Tensor([.nan, .nan]),
    """
    [nan nan]
    """),
  PrintingCase(
    "infinity beside exponents", Tensor([.infinity, 1e10, -.infinity]),
    """
    [   inf 1.e+10   -inf]
    """),
  PrintingCase(
    "ties to even", [0.001953125, 0.005859375],
    """
    [0.00195312 0.00585938]
    """),
  PrintingCase(
    "one element", [7],
    """
    [7.]
    """),
  PrintingCase(
    "empty", Tensor.zeros([0]),
    """
    []
    """),
  PrintingCase(
    "empty matrix", Tensor.zeros([2, 0]),
    """
    []
    """),
  PrintingCase(
    "three axes", Tensor.arange(8).reshaped([2, 2, 2]),
    """
    [[[0. 1.]
      [2. 3.]]

     [[4. 5.]
      [6. 7.]]]
    """),
  PrintingCase(
    "four axes", Tensor.arange(4).reshaped([2, 1, 2, 1]),
    """
    [[[[0.]
       [1.]]]


     [[[2.]
       [3.]]]]
    """),
  PrintingCase(
    "a transposed view", Tensor.arange(6).reshaped([2, 3]).transposed(),
    """
    [[0. 3.]
     [1. 4.]
     [2. 5.]]
    """),
  PrintingCase(
    "a wrapped line", Tensor.arange(30),
    """
    [ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.
     18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29.]
    """),
  PrintingCase(
    "a wrapped line of fractions", Tensor.arange(12) / 3,
    """
    [0.         0.33333333 0.66666667 1.         1.33333333 1.66666667
     2.         2.33333333 2.66666667 3.         3.33333333 3.66666667]
    """),
  PrintingCase(
    "wrapped rows", Tensor.arange(40).reshaped([2, 20]) * 100 / 7,
    """
    [[  0.          14.28571429  28.57142857  42.85714286  57.14285714
       71.42857143  85.71428571 100.         114.28571429 128.57142857
      142.85714286 157.14285714 171.42857143 185.71428571 200.
      214.28571429 228.57142857 242.85714286 257.14285714 271.42857143]
     [285.71428571 300.         314.28571429 328.57142857 342.85714286
      357.14285714 371.42857143 385.71428571 400.         414.28571429
      428.57142857 442.85714286 457.14285714 471.42857143 485.71428571
      500.         514.28571429 528.57142857 542.85714286 557.14285714]]
    """),
  PrintingCase(
    "a long vector", Tensor.arange(1001),
    """
    [   0.    1.    2. ...  998.  999. 1000.]
    """),
  PrintingCase(
    "a large matrix", Tensor.arange(4000).reshaped([40, 100]),
    """
    [[0.000e+00 1.000e+00 2.000e+00 ... 9.700e+01 9.800e+01 9.900e+01]
     [1.000e+02 1.010e+02 1.020e+02 ... 1.970e+02 1.980e+02 1.990e+02]
     [2.000e+02 2.010e+02 2.020e+02 ... 2.970e+02 2.980e+02 2.990e+02]
     ...
     [3.700e+03 3.701e+03 3.702e+03 ... 3.797e+03 3.798e+03 3.799e+03]
     [3.800e+03 3.801e+03 3.802e+03 ... 3.897e+03 3.898e+03 3.899e+03]
     [3.900e+03 3.901e+03 3.902e+03 ... 3.997e+03 3.998e+03 3.999e+03]]
    """),
  PrintingCase(
    "an axis of 3 is not elided", Tensor.arange(1200).reshaped([3, 20, 20]) / 1000 + 1,
    """
    [[[1.    1.001 1.002 ... 1.017 1.018 1.019]
      [1.02  1.021 1.022 ... 1.037 1.038 1.039]
      [1.04  1.041 1.042 ... 1.057 1.058 1.059]
      ...
      [1.34  1.341 1.342 ... 1.357 1.358 1.359]
      [1.36  1.361 1.362 ... 1.377 1.378 1.379]
      [1.38  1.381 1.382 ... 1.397 1.398 1.399]]

     [[1.4   1.401 1.402 ... 1.417 1.418 1.419]
      [1.42  1.421 1.422 ... 1.437 1.438 1.439]
      [1.44  1.441 1.442 ... 1.457 1.458 1.459]
      ...
      [1.74  1.741 1.742 ... 1.757 1.758 1.759]
      [1.76  1.761 1.762 ... 1.777 1.778 1.779]
      [1.78  1.781 1.782 ... 1.797 1.798 1.799]]

     [[1.8   1.801 1.802 ... 1.817 1.818 1.819]
      [1.82  1.821 1.822 ... 1.837 1.838 1.839]
      [1.84  1.841 1.842 ... 1.857 1.858 1.859]
      ...
      [2.14  2.141 2.142 ... 2.157 2.158 2.159]
      [2.16  2.161 2.162 ... 2.177 2.178 2.179]
      [2.18  2.181 2.182 ... 2.197 2.198 2.199]]]
    """),
  PrintingCase(
    "an elided first axis", Tensor.arange(1400).reshaped([7, 1, 200]) / 2000 + 1,
    """
    [[[1.     1.0005 1.001  ... 1.0985 1.099  1.0995]]

     [[1.1    1.1005 1.101  ... 1.1985 1.199  1.1995]]

     [[1.2    1.2005 1.201  ... 1.2985 1.299  1.2995]]

     ...

     [[1.4    1.4005 1.401  ... 1.4985 1.499  1.4995]]

     [[1.5    1.5005 1.501  ... 1.5985 1.599  1.5995]]

     [[1.6    1.6005 1.601  ... 1.6985 1.699  1.6995]]]
    """),
  PrintingCase(
    "elided and wrapped", Tensor.arange(1100).reshaped([1100]) / 3 + 100000,
    """
    [100000.         100000.33333333 100000.66666667 ... 100365.66666667
     100366.         100366.33333333]
    """),
]

private let floatCases: [PrintingCase<Float>] = [
  PrintingCase(
    "shortest digits", [0.1, 0.33333334],
    """
    [0.1        0.33333334]
    """),
  PrintingCase(
    "large", [1e6, 1],
    """
    [1.e+06 1.e+00]
    """),
  PrintingCase(
    "just below large", [999999, 1],
    """
    [9.99999e+05 1.00000e+00]
    """),
  PrintingCase(
    "exact integers", [16777216, 3],
    """
    [1.6777216e+07 3.0000000e+00]
    """),
  PrintingCase(
    "rounded", [123456.789, 654.321],
    """
    [123456.79     654.321]
    """),
  PrintingCase(
    "all digits", [1.1754944e-38, 3.4028235e38],
    """
    [1.1754944e-38 3.4028235e+38]
    """),
]
