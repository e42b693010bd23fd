# The server in a small image that runs as user 1000, for a Hugging Face Space or anywhere else:
#   docker build -t brainwrought . && docker run -p 7860:7860 -v brainwrought:/data brainwrought
# The steps are in scripts/image.sh, where they can be proved without a container engine (`make space-proof`).
FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN scripts/image.sh build /out

FROM debian:bookworm-slim
COPY scripts/image.sh /tmp/image.sh
RUN /tmp/image.sh runtime && rm /tmp/image.sh
COPY --from=build /out /opt/brainwrought
USER 1000
ENV HOME=/var/lib/brainwrought
WORKDIR /var/lib/brainwrought
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s CMD ["/opt/brainwrought/bin/image.sh", "health"]
# Docker's signal to stop reaches the server, which then hands its tasks back.
ENTRYPOINT ["/opt/brainwrought/bin/image.sh", "start"]
