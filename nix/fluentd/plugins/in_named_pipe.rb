# frozen_string_literal: true

require 'fileutils'
require 'io/wait'
require 'fluent/plugin/input'

module Fluent
  module Plugin
    # Reads lines that programs write into a named pipe (FIFO).
    #
    #   <source>
    #     @type named_pipe
    #     path /var/run/fluentd/worker
    #     tag log.worker
    #     format /^(?<level>\w+) (?<message>.*)$/
    #   </source>
    #
    # The pipe is made where it is missing. It is opened for reading and writing, so that it does not
    # end when a writer leaves it. A <parse> section, or `format` and the parameters of the parser as
    # fluentd 0.12 took them, tells how to read a line; by default the line becomes `message`.
    # A line that the parser does not take is reported and left out.
    class NamedPipeInput < Input
      Fluent::Plugin.register_input('named_pipe', self)

      helpers :parser, :compat_parameters, :thread

      READ_SIZE = 65_536
      # How long, in seconds, the plugin takes at most to notice that it should stop.
      WAIT = 0.5
      LITERAL_REGEXP = %r{\A/(.*)/[imx]*\z}m.freeze

      desc 'The named pipe.'
      config_param :path, :string
      desc 'The tag of the events.'
      config_param :tag, :string

      config_section :parse do
        config_set_default :@type, 'none'
      end

      def configure(conf)
        literal = conf['format'] if conf['format']&.match?(LITERAL_REGEXP)
        compat_parameters_convert(conf, :parser)
        # The conversion knows no regexp with options behind it, such as /x/i.
        conf.elements('parse').first.update('@type' => 'regexp', 'expression' => literal) if literal
        super
        @parser = parser_create
      end

      def start
        super
        unless File.pipe?(@path)
          FileUtils.mkdir_p(File.dirname(@path))
          File.mkfifo(@path, 0o600)
        end
        @pipe = File.open(@path, File::RDWR | File::NONBLOCK)
        @rest = String.new
        @reader = thread_create(:named_pipe_reader) { read while thread_current_running? }
      end

      # What was written before the stop is still read; the outputs are flushed after this.
      def shutdown
        super
        @reader.join
        nil while read_available
        emit(@rest) unless @rest.empty?
        @pipe.close
      end

      private

      def read
        read_available || @pipe.wait_readable(WAIT)
      end

      # Emits the whole lines among what the pipe holds now; nil when it holds nothing.
      def read_available
        data = @pipe.read_nonblock(READ_SIZE, exception: false)
        return if data == :wait_readable

        lines, newline, @rest = (@rest << data).rpartition("\n")
        emit(lines) unless newline.empty?
        true
      end

      def emit(lines)
        events = MultiEventStream.new
        lines.force_encoding(Encoding::UTF_8).scrub.each_line(chomp: true) do |line|
          @parser.parse(line) { |time, record| add(events, line, time, record) }
        end
        router.emit_stream(@tag, events)
      rescue StandardError => error
        log.error 'lines are lost', path: @path, error: error
      end

      def add(events, line, time, record)
        if record
          events.add(time || EventTime.now, record)
        else
          log.warn 'pattern not matched', path: @path, line: line
        end
      end
    end
  end
end
