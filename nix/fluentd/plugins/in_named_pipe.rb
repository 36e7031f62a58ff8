# frozen_string_literal: true

require 'fileutils'
require 'io/wait'
require 'fluent/clock'
require 'fluent/plugin/input'
require 'fluent/plugin/multi_output'
require 'fluent/plugin/out_relabel'

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
    # A line that the parser does not take is reported and left out. While an output that may not
    # drop anything has no room in its buffer, lines stay in the pipe, and who writes them waits.
    class NamedPipeInput < Input
      Fluent::Plugin.register_input('named_pipe', self)

      helpers :parser, :compat_parameters, :thread

      READ_SIZE = 65_536
      # How long, in seconds, the plugin takes at most to notice that it should stop.
      WAIT = 0.5
      # How long, in seconds, it waits between two looks for room in the buffers.
      PAUSE = 0.1
      # How long, in seconds, it says no more that it waits.
      SILENCE = 60
      # How long, in seconds, it waits for room when fluentd ends.
      PATIENCE = 3
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
        @pipe.flock(File::LOCK_SH) # so that whoever writes knows that somebody reads
        @rest = String.new
        @silent_until = 0
        @reader = thread_create(:named_pipe_reader) { read while thread_current_running? }
      end

      # What was written before the stop is still read; the outputs are flushed after this.
      def shutdown
        super
        @deadline = Fluent::Clock.now + PATIENCE
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
        deliver(parse(lines))
      end

      def parse(lines)
        events = MultiEventStream.new
        lines.force_encoding(Encoding::UTF_8).scrub.each_line(chomp: true) do |line|
          @parser.parse(line) { |time, record| add(events, line, time, record) }
        rescue StandardError => error
          log.warn 'line cannot be parsed', path: @path, line: line, error: error
        end
        events
      end

      # Emits the events as soon as there is room for them. They are kept, since filters may change
      # what they are given.
      def deliver(events)
        return if events.empty?

        wait_until_there_is_room
        router.emit_stream(@tag, events.dup)
      rescue Buffer::BufferOverflowError, SystemCallError => error
        return lose(events, error) if ended?

        pause(error)
        retry
      rescue StandardError => error
        lose_one_of(events, error)
      end

      # Whatever an output cannot take costs no other line.
      def lose_one_of(events, error)
        return lose(events, error) if events.size == 1

        half = events.size / 2
        deliver(events.slice(0, half))
        deliver(events.slice(half, events.size - half))
      end

      def lose(events, error)
        log.error 'lines are lost', path: @path, lines: events.size, error: error
        events.each { |_, record| log.error 'lost line', path: @path, record: record } if events.size == 1
      end

      def wait_until_there_is_room
        pause until ended? || outputs_of(router, @tag).all? { |output| room?(output) }
      end

      def pause(error = nil)
        if Fluent::Clock.now > @silent_until
          log.warn 'waits until the outputs take lines again', path: @path, error: error
          @silent_until = Fluent::Clock.now + SILENCE
        end
        sleep PAUSE
      end

      def ended?
        !@deadline.nil? && Fluent::Clock.now > @deadline
      end

      # The outputs that events with the tag reach, as far as the configuration tells.
      def outputs_of(router, tag)
        collector = router.match(tag)
        collector = collector.instance_variable_get(:@output) unless collector.is_a?(Base)
        leaves_of(collector, tag)
      end

      def leaves_of(output, tag)
        case output
        when MultiOutput then output.outputs.flat_map { |store| leaves_of(store, tag) }
        when RelabelOutput then outputs_of(output.router, tag)
        else [output]
        end
      end

      # An output that blocks waits by itself, and one that drops its oldest events needs no room.
      def room?(output)
        !output.is_a?(Output) || output.buffer.nil? || output.buffer.storable? ||
          output.buffer_config.overflow_action != :throw_exception
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
