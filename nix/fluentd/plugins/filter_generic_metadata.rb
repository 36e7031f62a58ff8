# frozen_string_literal: true

require 'socket'
require 'fluent/plugin/filter'

module Fluent
  module Plugin
    # Adds to each record where it comes from; a field that the record has already stays.
    #
    #   field                 is taken from
    #   container_id          /proc/self/cgroup or /proc/self/mountinfo
    #   application_name      the variable APPLICATION_NAME
    #   service_name          the variable SERVICE_NAME, else what follows `log.` in the tag
    #   kubernetes_namespace  the variable KUBERNETES_NAMESPACE or POD_NAMESPACE, else the service
    #                         account's file
    #   kubernetes_pod_name   the variable KUBERNETES_POD_NAME or POD_NAME, else the host name
    #
    # What cannot be found is left out.
    class GenericMetadataFilter < Filter
      Fluent::Plugin.register_filter('generic_metadata', self)

      NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'
      CONTAINER_ID = /\h{64}/.freeze

      def configure(conf)
        super
        @metadata = {
          'container_id' => container_id,
          'application_name' => variable('APPLICATION_NAME'),
          'service_name' => variable('SERVICE_NAME'),
          'kubernetes_namespace' => variable('KUBERNETES_NAMESPACE', 'POD_NAMESPACE') ||
                                    content(NAMESPACE_FILE),
          'kubernetes_pod_name' => variable('KUBERNETES_POD_NAME', 'POD_NAME') ||
                                   Socket.gethostname
        }.compact
      end

      def filter(tag, _time, record)
        { 'service_name' => tag[/\Alog\.(.+)/m, 1] }.compact.merge(@metadata, record)
      end

      private

      def variable(*names)
        ENV.values_at(*names).find { |value| value && !value.empty? }
      end

      # Control groups of version 1 name the container; with version 2 only the files do that the
      # container engine mounts, such as /etc/hostname.
      def container_id
        mounts = content('/proc/self/mountinfo').to_s.lines.grep(%r{ /etc/(hostname|hosts|resolv\.conf) })
        [content('/proc/self/cgroup'), *mounts].compact.map { |text| text[CONTAINER_ID] }.compact.first
      end

      def content(path)
        text = File.read(path).strip
        text unless text.empty?
      rescue SystemCallError
        nil
      end
    end
  end
end
