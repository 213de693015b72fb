// swift-tools-version: 6.2
import PackageDescription

// The arrows between targets go one way: each imports only targets listed above it.
// `package` access joins the targets; `public` is a promise to users.

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A release link of a target that imports neither Glibc nor Foundation otherwise misses `fma` and `round`.
let math: [LinkerSetting] = [.linkedLibrary("m", .when(platforms: [.linux]))]

let numerics: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: math)
}

func tests(_ target: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: "\(target)Tests", dependencies: [.byName(name: target), "TestSupport"] + dependencies,
    resources: resources, swiftSettings: settings)
}

let package = Package(
  name: "Nabla",
  products: [
    .library(name: "Nabla", targets: ["Nabla"]),
    .executable(name: "nabla", targets: ["NablaCommand"]),
    .executable(name: "bench", targets: ["bench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CBLAS", pkgConfig: "openblas lapacke",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    library("NablaExpressions", []),
    library("NablaKernels", ["NablaExpressions"]),
    library("NablaTensors", ["CBLAS", numerics]),
    library("NablaCalculus", ["NablaExpressions", "NablaKernels", "NablaTensors"]),
    library("NablaOptimization", ["NablaCalculus"]),
    library("NablaCriticalPoints", ["NablaCalculus", "NablaOptimization"]),
    library(
      "Nabla",
      [
        "NablaExpressions", "NablaKernels", "NablaTensors", "NablaCalculus", "NablaOptimization",
        "NablaCriticalPoints",
      ]),
    .executableTarget(name: "NablaCommand", dependencies: ["Nabla", arguments], swiftSettings: settings),
    .executableTarget(
      name: "bench", dependencies: ["Nabla", arguments], path: "Benchmarks/bench", swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["NablaExpressions"], path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("NablaExpressions", []),
    tests("NablaKernels", ["NablaExpressions"], resources: [.copy("Resources")]),
    tests("NablaTensors", []),
    tests(
      "NablaCalculus", ["NablaExpressions", "NablaKernels", "NablaTensors"], resources: [.copy("Resources")]),
    tests("NablaOptimization", ["NablaExpressions", "NablaKernels", "NablaCalculus", "NablaTensors"]),
    tests(
      "NablaCriticalPoints",
      ["NablaExpressions", "NablaCalculus", "NablaOptimization", "NablaTensors"],
      resources: [.copy("Resources")]),
    tests("NablaCommand", []),
  ],
  swiftLanguageModes: [.v6]
)
