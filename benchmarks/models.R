# The four models of this book in R, by rstanarm or brms, with the priors of the sources.
#
#   Rscript benchmarks/models.R numbers
#     fits the models with rstanarm and prints every published posterior number beside R's own.
#   Rscript benchmarks/models.R fit ENGINE MODELS OUT DRAWS CORES FITS SEED DATA
#     fits MODELS (separated by commas) FITS times each and prints a table after each first fit;
#     writes to the folder OUT the seconds of each fit and the draws of the last one.
#
# Run it in the project's folder. Draws are doubles, one parameter after the other, within it one
# chain after the other; MODEL.names holds the names, one a line.

usage <- paste("Usage: Rscript benchmarks/models.R numbers [DATA]\n      ",
               "Rscript benchmarks/models.R fit ENGINE MODELS OUT DRAWS CORES FITS SEED DATA")
chains <- 4

read_data <- function(folder) {
  songs <- read.csv(file.path(folder, "spotify.csv"), encoding = "UTF-8")
  means <- tapply(songs$popularity, songs$artist, mean)
  songs$artist <- factor(songs$artist, levels = names(means)[order(means, names(means))])
  running <- read.csv(file.path(folder, "cherry_blossom_sample.csv"))
  list(songs = songs, running = running[complete.cases(running[c("net", "age")]), ])
}

# ------------------------------------------------------------------------------- rstanarm

fit_rstanarm <- function(model, data, draws, cores, seed, ...) {
  arguments <- list(family = gaussian, chains = chains, iter = 2 * draws, cores = cores,
                    seed = seed, refresh = 0, prior_aux = exponential(1, autoscale = TRUE))
  run <- function(f, ...) do.call(f, c(list(...), arguments))
  default <- normal(0, 2.5, autoscale = TRUE)
  switch(
    model,
    running = run(stan_glm, net ~ age, data = data$running, prior = default,
                  prior_intercept = default),
    complete_pooled = run(stan_glm, popularity ~ 1, data = data$songs),
    no_pooled = run(stan_glm, popularity ~ artist - 1, data = data$songs, prior = default),
    hierarchical = run(stan_glmer, popularity ~ (1 | artist), data = data$songs,
                       prior_intercept = normal(50, 2.5, autoscale = TRUE),
                       prior_covariance = decov(reg = 1, conc = 1, shape = 1, scale = 1)))
}

draws_rstanarm <- function(model, fit, data) {
  draws <- as.array(fit)                                    # iteration, chain, parameter
  artists <- levels(data$songs$artist)
  at <- function(name) draws[, , name]
  result <- switch(
    model,
    running = list(intercept = at("(Intercept)"), slope = at("age"), sigma = at("sigma")),
    complete_pooled = list(mu = at("(Intercept)"), sigma = at("sigma")),
    no_pooled = list(sigma = at("sigma")),
    hierarchical = list(mu = at("(Intercept)"), sigma_y = at("sigma"),
                        sigma_mu = sqrt(at("Sigma[artist:(Intercept),(Intercept)]"))))
  for (artist in artists) {
    if (model == "no_pooled") result[[paste0("mu_j: ", artist)]] <- at(paste0("artist", artist))
    if (model == "hierarchical") {
      result[[paste0("b_j: ", artist)]] <-
        at(paste0("b[(Intercept) artist:", gsub(" ", "_", artist), "]"))
    }
  }
  result
}

# ----------------------------------------------------------------------------------- brms

brms_model <- function(model, data) {
  songs <- data$songs
  running <- data$running
  sd_y <- sd(songs$popularity)
  sd_net <- sd(running$net)
  gauss <- function(mean, sd, ...) set_prior(sprintf("normal(%.15g, %.15g)", mean, sd), ...)
  exponential <- function(sd, class) set_prior(sprintf("exponential(%.15g)", 1 / sd), class = class)
  switch(
    model,
    running = list(
      formula = net ~ age, data = running,
      prior = c(gauss(0, 2.5 * sd_net, class = "Intercept"),
                gauss(0, 2.5 * sd_net / sd(running$age), class = "b"),
                exponential(sd_net, "sigma"))),
    complete_pooled = list(
      formula = popularity ~ 1, data = songs,
      prior = c(gauss(mean(songs$popularity), 2.5 * sd_y, class = "Intercept"),
                exponential(sd_y, "sigma"))),
    no_pooled = {
      formula <- popularity ~ 0 + artist
      columns <- model.matrix(formula, songs)
      names <- colnames(make_standata(formula, songs)$X)    # brms renames artists
      scales <- 2.5 * sd_y / apply(columns, 2, sd)
      priors <- lapply(seq_along(names), function(i) {
        gauss(0, scales[i], class = "b", coef = names[i])
      })
      list(formula = formula, data = songs, names = names,
           prior = do.call(c, c(priors, list(exponential(sd_y, "sigma")))))
    },
    hierarchical = list(
      formula = popularity ~ (1 | artist), data = songs,
      prior = c(gauss(50, 2.5 * sd_y, class = "Intercept"), exponential(sd_y, "sigma"),
                exponential(sd_y, "sd"))))
}

fit_brms <- function(model, data, draws, cores, seed, compiled = NULL) {
  asked <- brms_model(model, data)
  asked$names <- NULL
  if (is.null(compiled)) compiled <- NA
  do.call(brm, c(asked, list(fit = compiled, chains = chains, iter = 2 * draws, warmup = draws,
                             cores = cores, seed = seed, refresh = 0, silent = 2)))
}

draws_brms <- function(model, fit, data) {
  draws <- as_draws_array(fit)
  at <- function(name) unclass(draws)[, , name]
  artists <- levels(data$songs$artist)
  result <- switch(
    model,
    running = list(intercept = at("b_Intercept"), slope = at("b_age"), sigma = at("sigma")),
    complete_pooled = list(mu = at("b_Intercept"), sigma = at("sigma")),
    no_pooled = list(sigma = at("sigma")),
    hierarchical = list(mu = at("b_Intercept"), sigma_y = at("sigma"),
                        sigma_mu = at("sd_artist__Intercept")))
  if (model == "no_pooled") {
    names <- paste0("b_", brms_model(model, data)$names)
    for (i in seq_along(artists)) result[[paste0("mu_j: ", artists[i])]] <- at(names[i])
  }
  if (model == "hierarchical") {
    for (artist in artists) {
      result[[paste0("b_j: ", artist)]] <-
        at(paste0("r_artist[", gsub(" ", ".", artist), ",Intercept]"))
    }
  }
  result
}

# ------------------------------------------------------------------------------ what to do

load_engine <- function(engine) {
  suppressWarnings(suppressPackageStartupMessages(library(engine, character.only = TRUE)))
  # Debian keeps Boost among the system's headers, where rstan does not look.
  if (engine == "brms" && !nzchar(system.file("include", package = "BH"))) {
    rstan::rstan_options(boost_lib = "/usr/include")
  }
}

#' Stan's own seconds of warming up and sampling, shared among the cores: the chains run at the same
#' time, so this is their wall time without the start of R's processes.
sampling_seconds <- function(fit, cores) {
  stanfit <- if (is.null(fit$stanfit)) fit$fit else fit$stanfit
  sum(rstan::get_elapsed_time(stanfit)) / min(cores, chains)
}

fit_command <- function(engine, models, out, draws, cores, fits, seed, folder) {
  load_engine(engine)
  data <- read_data(folder)
  fit <- get(paste0("fit_", engine))
  times <- data.frame()
  for (model in models) {
    result <- NULL
    for (i in seq_len(fits)) {
      seconds <- system.time(result <- fit(model, data, draws, cores, seed, result))["elapsed"]
      table_at <- NA
      if (i == 1) {
        print(summary(result), digits = 3)
        table_at <- as.numeric(Sys.time()) - as.numeric(Sys.getenv("BENCHMARK_START"))
      }
      times <- rbind(times, data.frame(model = model, fit = i, seconds = seconds,
                                       sampling = sampling_seconds(result, cores),
                                       table_at = table_at))
    }
    values <- get(paste0("draws_", engine))(model, result, data)
    writeLines(names(values), file.path(out, paste0(model, ".names")), useBytes = TRUE)
    file <- file(file.path(out, paste0(model, ".draws")), "wb")
    writeBin(as.numeric(unlist(values, use.names = FALSE)), file)
    close(file)
  }
  write.csv(times, file.path(out, "times.csv"), row.names = FALSE)
  versions <- c(R = paste(R.version$major, R.version$minor, sep = "."),
                sapply(c(engine, "rstan"), function(p) as.character(packageVersion(p))))
  write.csv(data.frame(package = names(versions), version = versions),
            file.path(out, "versions.csv"), row.names = FALSE)
}

#' The draws that a row of the table of published numbers is a statistic of.
target_draws <- function(target, draws) {
  y_noise <- function() rnorm(length(draws[[1]]))
  parts <- strsplit(target, ": ", fixed = TRUE)[[1]]
  artist <- if (length(parts) > 1) parts[2]
  mu_j <- function() {
    own <- draws[[paste0("mu_j: ", artist)]]
    if (is.null(own)) draws$mu + draws[[paste0("b_j: ", artist)]] else own
  }
  sigma <- if (is.null(draws$sigma)) draws$sigma_y else draws$sigma
  switch(parts[1],
         mu_j = mu_j(),
         b_j = draws[[target]],
         predict = (if (is.null(artist)) draws$mu else mu_j()) + sigma * y_noise(),
         predict_new = draws$mu + draws$sigma_mu * y_noise() + sigma * y_noise(),
         mean_ppd = draws$mu + sigma / sqrt(350) * y_noise(),
         variance_share = draws$sigma_mu^2 / (draws$sigma_mu^2 + draws$sigma_y^2),
         draws[[parts[1]]])
}

numbers_command <- function(folder) {
  load_engine("rstanarm")
  data <- read_data(folder)
  rows <- read.csv("course/ledger/published_numbers.csv", colClasses = "character", encoding = "UTF-8")
  rows <- rows[rows$kind %in% c("posterior", "prediction"), ]
  cat("id,published,R\n")
  for (model in unique(rows$model)) {
    draws <- draws_rstanarm(model, fit_rstanarm(model, data, 5000, 1, 84735), data)
    set.seed(84735)
    for (i in which(rows$model == model)) {
      x <- target_draws(rows$target[i], draws)
      value <- switch(rows$statistic[i], mean = mean(x), median = median(x), mad_sd = mad(x),
                      q10 = quantile(x, 0.1), q90 = quantile(x, 0.9), rms = sqrt(mean(x^2)))
      cat(rows$id[i], rows$published[i], sprintf("%.5f", value), sep = ",")
      cat("\n")
    }
  }
}

main <- function(arguments) {
  if (length(arguments) %in% 1:2 && arguments[1] == "numbers") {
    return(numbers_command(if (length(arguments) == 2) arguments[2] else "data"))
  }
  if (length(arguments) != 9 || arguments[1] != "fit") stop(usage, call. = FALSE)
  counts <- as.integer(arguments[5:8])
  fit_command(arguments[2], strsplit(arguments[3], ",")[[1]], arguments[4], counts[1], counts[2],
              counts[3], counts[4], arguments[9])
}

if (!interactive()) main(commandArgs(trailingOnly = TRUE))
