-- Where a video went is the output of the stage that delivered it. It has always been stored there, too, so nothing is lost.

alter table brainwrought.jobs drop column output_local_path, drop column output_hf_url;
